//! Cities and localities that are recognised without a capital letter. Others are recognised by how they are written.

use crate::text::phrase::is_any;

const PLACES: &str = " bangalore bengaluru mumbai delhi pune hyderabad chennai kolkata ahmedabad gurgaon gurugram noida jaipur \
    lucknow indore nagpur surat kochi goa chandigarh mohali thane faridabad ghaziabad bhopal vadodara coimbatore mysore mysuru \
    whitefield sarjapur koramangala indiranagar jayanagar hebbal yelahanka marathahalli bellandur devanahalli banashankari \
    malleshwaram kengeri hoodi varthur kadugodi hennur thanisandra electronic_city hsr_layout btm_layout jp_nagar \
    baner wakad hinjewadi kharadi hadapsar kothrud aundh balewadi viman_nagar magarpatta wagholi undri pimple_saudagar \
    andheri bandra borivali kandivali malad goregaon powai chembur mulund ghatkopar dadar worli kurla vashi kharghar panvel \
    airoli dombivli kalyan virar vasai navi_mumbai mira_road \
    dwarka rohini saket janakpuri vasant_kunj lajpat_nagar greater_noida sohna_road golf_course_road \
    gachibowli kondapur madhapur kukatpally miyapur manikonda hitech_city banjara_hills jubilee_hills nallagandla kompally \
    omr velachery tambaram porur anna_nagar adyar sholinganallur perungudi guindy medavakkam t_nagar \
    salt_lake new_town rajarhat ballygunge gota bopal satellite vaishali_nagar mansarovar gomti_nagar vijay_nagar ";

/// How many of the words (levelled) that begin `words` name a known place: 0, 1, 2 or 3.
pub fn known(words: &[&str]) -> usize {
    (1..=words.len().min(3)).rev().find(|&n| PLACES.contains(&format!(" {} ", words[..n].join("_")))).unwrap_or(0)
}

/// Words that end the name of a place: "Harbour Ward", "Old Canal Road".
pub fn is_place_word(word: &str) -> bool {
    is_any(
        word,
        "road nagar layout colony park ward city town hills gardens street sector phase block enclave vihar \
            marg lane circle chowk east west north south lake bazaar market extension village puram main",
    )
}
