import type { kept as english } from "../en/kept";

/** इस कंप्यूटर पर रखी चीज़ें। */
export const kept: Record<keyof typeof english, string> = {
  "kept.damaged": "इस कंप्यूटर पर रखी कोई चीज़ ख़राब हो गई थी।", "kept.damaged_text": "उसे अलग रख दिया गया है और सामान्य मान लागू है। सर्वर पर जो है वह वैसा ही है।",
  "kept.not_written": "इस कंप्यूटर पर और रखने की जगह नहीं है।", "kept.not_written_text": "अब जो आप लिखें वह फिर से शुरू करने पर खो सकता है। जगह ख़ाली करें, या लंबे नोट कॉपी कर लें।",
  "refused.bar": "{n} स्वीकार नहीं", "refused.open": "{n:एक परिणाम:# परिणाम} सर्वर ने स्वीकार नहीं किए। दिखाएँ",
  "refused.toast": "आपका सहेजा कुछ सर्वर ने स्वीकार नहीं किया।", "refused.toast_text": "आपका लिखा यहाँ रखा है। पढ़ने, फिर भेजने या हटाने के लिए ऊपर की पट्टी में “स्वीकार नहीं” खोलें।",
  "refused.title": "सर्वर ने स्वीकार नहीं किया", "refused.text": "ये सर्वर के न होने पर यहाँ सहेजे गए और बाद में अस्वीकार हुए। जब तक आप तय न करें, लिखा हुआ यहीं रहेगा।",
  "refused.outcome": "कॉल का परिणाम", "refused.notes": "कॉल के नोट", "refused.lead": "लीड की जानकारी", "refused.other": "एक बदलाव",
  "refused.made": "{when} लिखा गया", "refused.show_call": "कॉल खोलें", "refused.show_lead": "लीड खोलें", "refused.why": "कारण", "refused.server_says": "सर्वर का उत्तर: {text}",
  "refused.again": "फिर भेजें", "refused.discard": "हटाएँ", "refused.discard_sure": "हटाने के लिए फिर दबाएँ", "refused.none": "कुछ बाकी नहीं", "refused.none_text": "जो अस्वीकार हुआ था वह सब निपट गया।",
  "form.unsaved": "सहेजा नहीं", "form.discard_ask": "जो लिखा है उसे हटा दें?", "form.discard": "हटा दें", "form.keep": "लिखना जारी रखें",
  "learned.no_call": "रिकॉर्ड हुई कॉल में जो कहा गया वह विश्लेषण के बाद अपने शब्दों सहित यहाँ दिखता है।",
  "field.code": "परिणाम",
};
