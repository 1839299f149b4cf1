import type { Key, Translate } from ".";
import { carrier } from "./en/carrier";
import { hasKey } from ".";

type Values = Record<string, string>;

/** The sentences that the server composes, as they are written there, and our text for each. A test reads the server's
 *  source and fails when one is missing here. Values that are themselves of the server's making have their own pass. */
const WHY: readonly (readonly [RegExp, Key])[] = [
  [/^Nobody belongs to this queue\.$/, "whyline.nobody"],
  [/^The only agent asked cannot take a call now\.$/, "whyline.one_busy"],
  [/^None of the (?<n>\d+) agents can take a call now\.$/, "whyline.all_busy"],
  [/^Chosen by whoever passed the call on\.$/, "whyline.passed_on"],
  [/^Owner of this lead\.$/, "whyline.owner"],
  [/^The last to talk to this person\.$/, "whyline.last_agent"],
  [/^The only agent who is free\.$/, "whyline.only_free"],
  [/^Free longest \((?<span>[^)]+)\) of (?<n>\d+) free agents\.$/, "whyline.idle"],
  [/^Fewest calls today \((?<calls>\d+)\) of (?<n>\d+) free agents\.$/, "whyline.few_calls"],
  [/^Free longest of (?<n>\d+) free agents\.$/, "whyline.idle_plain"],
  [/^Knows (?<skills>.+) and speaks the caller's language: the best match of (?<n>\d+) free agents\.$/, "whyline.skill_language"],
  [/^Knows (?<skills>.+): the best match of (?<n>\d+) free agents\.$/, "whyline.skill"],
  [/^Speaks the caller's language: the best match of (?<n>\d+) free agents\.$/, "whyline.language"],
];

const PROBLEM: readonly (readonly [RegExp, Key])[] = [
  [/^this outcome needs it$/, "problem.needed"],
  [/^choose one of (?<list>.+)$/, "problem.choose"],
  [/ is not an outcome of this call; expected one of (?<list>.+)$/, "problem.choose"],
  [/ does not belong to this outcome; expected one of (?<list>.+)$/, "problem.choose"],
  [/^(?<n>\d+) characters; at most (?<most>\d+) fit$/, "problem.too_long"],
  [/^say when to call back$/, "callback.missing"],
  [/^this outcome has no callback$/, "problem.no_callback"],
  [/^that moment has passed$/, "callback.past"],
  [/ is not an hour: expected YYYY-MM-DDTHH:MM$/, "problem.not_an_hour"],
  [/^the moment is outside the years that are supported$/, "problem.not_an_hour"],
  [/is not an IANA time zone such as Asia\/Kolkata$|^expected an IANA time zone such as Asia\/Kolkata$/, "problem.zone"],
  [/^no telephone number given: expected one such as \S+$/, "problem.phone_none"],
  [/ is not a two-letter country code such as IN$|^expected an ISO 3166 code such as IN$/, "problem.country"],
  [/^not a telephone number: expected digits, such as .+$/, "problem.phone"],
  [/^the number has no country code: write it with \+ and the country code$/, "problem.phone_country"],
  [/^too few digits for a number of that country$/, "problem.phone_short"],
  [/^too many digits for a number of that country$/, "problem.phone_long"],
  [/^that country has no such number; check the digits$/, "problem.phone_none_such"],
  [/^expected (?<from>\d+) to (?<most>\d+) characters$/, "problem.length"],
  [/^expected keys of (?<from>\d+) to (?<most>\d+) characters$/, "problem.length"],
  [/^expected at most (?<most>\d+) characters$/, "problem.at_most_characters"],
  [/^expected at most (?<most>\d+)(?: steps| levels| lines| fields)?$/, "problem.at_most"],
  [/^expected (?<from>\d+) to (?<to>\d+)$/, "problem.range"],
  [/^expected 1 to 32 of 0-9 \* # A-D$/, "problem.keys"],
  [/^expected a number or a lead_id$/, "problem.number_or_lead"],
  [/^expected an https:\/\/ address outside of this network$/, "problem.outside"],
  [/^expected names with dots between, such as contact\.mobile$| is no path: expected names with dots between, such as contact\.mobile$/, "problem.crm_path"],
  [/ is a place in a list, which can only be read: choose from the CRM$/, "problem.crm_place"],
  [/^no field of the CRM goes to the telephone number; a lead needs one$/, "problem.crm_no_phone"],
  [/^only one field can go to .+$/, "problem.column_twice"],
  [/^expected a path that begins with \/, such as \/api\/leads$/, "problem.list_path"],
  [/^expected the name of a parameter$/, "problem.parameter"],
  [/^expected the CRM's user name$/, "problem.crm_user"],
  [/^expected the CRM's token or password$/, "problem.crm_secret"],
  [/^expected the secret again, because the address has changed$/, "problem.crm_secret_again"],
  [/^expected https:\/\/; http:\/\/ is for this computer only$/, "problem.https"],
  [/^nothing answers at this address: .*$/s, "problem.nothing_there"],
  [/^no Switchboard server is at this address: .*$/s, "problem.no_switchboard"],
  [/^expected an address (?:such as|that begins with) .+$|^expected an https:\/\/ address(?:, or nothing for AWS)?$/, "problem.address"],
  [/^expected (?<from>\d+) to (?<most>\d+) leads$/, "problem.leads"],
  [/^expected another agent$/, "problem.other_agent"],
  [/^expected the key's secret$/, "problem.secret"],
  [/^expected each (?:code|id) once$/, "problem.once"],
  [/^names somebody who is not there$/, "problem.nobody"],
  [/^names a group that is not there$/, "problem.no_group"],
  [/^expected at least one agent or group$/, "problem.an_agent"],
  [/^takes no calls$/, "problem.takes_no_calls"],
  [/^expected one of the two$/, "problem.one_of_two"],
  [/^expected an e-mail address such as .+$/, "problem.email"],
  [/^expected a host(?: such as sip\.carrier\.example)?, (?:or )?host:port(?:, or nothing)?$/, "problem.host"],
  [/^expected the user name to register with$/, "problem.sip_user"],
  [/^expected the password to register with$/, "problem.sip_password"],
  [/^Exotel speaks text only; choose no recorded message$/, "problem.text_only"],
  [/^only Twilio mixes calls itself; choose the bridge for this number$/, "problem.mixes"],
  [/^expected at most 50 addresses( such as 203\.0\.113\.7)?$/, "problem.peers"],
  [/^expected one or more of opus, g722, pcma, pcmu$/, "problem.codecs"],
  [/^expected a two-letter country code such as IN$/, "problem.country"],
  [/^expected at most 8 of 0-9 \* #$/, "problem.prefix"],
  [/^expected a number such as \+918000000001$/, "problem.phone_country"],
  [/^expected 10 to 3600 seconds, or 0 for never$/, "problem.keep_alive"],
  [/^expected beginnings of numbers without \+, such as 91$/, "problem.prefixes"],
  [/^expected what a minute costs, to keep the daily limit$/, "problem.per_minute"],
  [/^expected a name of its own for each telephone$/, "problem.extension_twice"],
  [/^expected letters and digits, such as 101$/, "problem.extension"],
  [/^this name is taken on this server; choose another$/, "problem.extension_taken"],
  [/^expected a password of at least 10 characters$/, "problem.password_short"],
  [/^expected a trunk of this organisation$/, "problem.trunk"],
  [/^this is not the present password$/, "problem.password"],
  [/^the file is empty$/, "problem.file_empty"],
  [/^the file is larger than 8 GB; split it$/, "problem.file_large"],
  [/^expected base 64 with padding$|^expected 1 byte to 1 MiB$|^more bytes than the file was said to have$/, "problem.file_part"],
  [/^no column goes to the telephone number; a lead needs one$/, "problem.no_phone_column"],
  [/^the file has no column "(?<column>.+)", from which the telephone number was to come$/, "problem.phone_column_gone"],
  [/^only one column can go to .+$/, "problem.column_twice"],
  [/ is no name for a field: expected 1 to 40 characters$/, "problem.field_name"],
  [/^at most (?<most>\d+) columns can be kept as fields of their own; leave some out$/, "problem.many_fields"],
  [/ is not a country code such as IN$/, "problem.country"],
  [/^expected a JSON object, or a form of the web$/, "problem.form"],
  [/^a telephone number is needed$/, "problem.need_phone"],
  [/^expected 1 to 40 of a-z 0-9 - _$/, "problem.purpose"],
  [/^expected 1 to 60 outcomes$/, "problem.set_size"],
  [/ is the code of "(?<name>.+)" already$/, "problem.code_taken"],
  [/^the key ".+" chooses "(?<name>.+)" already$/, "problem.key_taken"],
  [/ is no key: expected 1 to 9 or a to z$/, "problem.key_wrong"],
  [/^expected 1 to 40 of a-z 0-9 _$/, "problem.code"],
  [/^expected each only once$/, "problem.each_once"],
  [/^expected codes of a-z 0-9 _ with labels of 1 to 60 characters$/, "problem.codes_and_labels"],
  [/^expected at most 10 names of fields, of a-z 0-9 _$/, "problem.fields_names"],
  [/^a sub-code is asked for, and there is none to choose$/, "problem.no_subs"],
  [/^expected 1 minute to a year$/, "problem.minutes"],
  [/^expected what is to be done, 1 to 200 characters$/, "problem.task_text"],
  [/^expected the name of the sequence, 1 to 60 characters$/, "problem.sequence"],
  [/^expected 1 to 366 days$/, "problem.days"],
  [/^expected one of 0-9 \* #$/, "problem.dial_key"],
  [/^no such set here$/, "problem.no_set"],
  [/^this set was put away$/, "problem.set_away"],
  [/^expected 1 to 500 tasks and callbacks$/, "problem.follow_count"],
  [/^does not work here any more$/, "problem.gone"],
  [/^expected letters, digits and signs$/, "problem.letters_signs"],
  [/^line (?<line>\d+): no telephone number$/, "problem.line_no_number"],
  [/^expected one number in each line$/, "problem.numbers"],
  [/^expected a moment in the future$/, "problem.in_future"],
  [/^names a message that is not there$/, "problem.no_message"],
  [/^the message is longer than 60 s; shorten it$/, "problem.message_long"],
  [/^the file has no sound in it$/, "problem.message_silent"],
  [/^the file is neither WAV nor Ogg-Opus; save it as one of them$/, "problem.message_kind"],
  [/^the file is larger than 12 MB; save it with fewer channels$/, "problem.message_large"],
  [/^expected at most 500 numbers$/, "problem.many_numbers"],
  [/^expected 3600 \(an hour\) to 7776000 \(90 days\)$/, "problem.mapping_span"],
  [/^expected another lead$/, "problem.other_lead"],
  [/^expected at most (?<most>\d+) fields$/, "problem.at_most"],
  [/^names a field that neither lead has$/, "problem.no_such_field"],
  [/^the file is larger than 10 MB$/, "problem.lead_file_large"],
  [/^the file is none of PDF, PNG, JPEG, GIF, WebP, Word, Excel or text$/, "problem.lead_file_kind"],
  [/^enter the public address of this server, which begins with https:\/\/, and save it first$/, "problem.public_url"],
];

/** What the carrier said where the server names no code of the carrier. */
const CARRIER: readonly (readonly [RegExp, Key])[] = [
  [/^the carrier asks for a pause/, "carrier_error.20429"],
  [/^the carrier knows no such live call$/, "carrier_error.no_such_call"],
  [/^the carrier cannot be reached: /, "carrier_error.unreachable"],
  [/^it is not known whether the carrier carried out the request: /, "carrier_error.unknown"],
  [/^the carrier is out of order /, "carrier_error.broken"],
  [/^no carrier is set up; add one in the settings$/, "carrier_error.none"],
  [/^(?<good>\d+) of (?<all>\d+) records of the first page can be taken in$/, "crm_test.some"],
  [/^the CRM has no records yet$/, "crm_test.none"],
  [/^the CRM's answer has no list of records there$/, "crm_test.no_list"],
  [/^the CRM's records have no id there$/, "crm_test.no_id"],
  [/^the CRM's records do not say there when they were changed$/, "crm_test.no_instant"],
  [/^no record of the first page has a telephone number there$/, "crm_test.no_number"],
  [/^the address is of this computer or this network, which this server does not allow$|the name stands for an address of this computer or this network, which this server does not allow$/, "crm_test.private"],
  [/^the CRM does not accept the credentials /, "crm_failure.unauthorised"],
  [/^the CRM cannot be reached: /, "crm_failure.unreachable"],
  [/^the CRM asks for a pause /, "crm_failure.busy"],
  [/^the CRM is out of order /, "crm_failure.broken"],
  [/^the CRM has no such record or address /, "crm_failure.not_found"],
  [/^the CRM refused the request /, "crm_failure.refused"],
  [/^the CRM's answer /, "crm_failure.unreadable"],
];

/** Of which the English text is the server's own sentence. */
const CARRIER_CODES = Object.keys(carrier).filter((key) => /^carrier_error\.\d+$/.test(key)) as (keyof typeof carrier)[];

const REASON: readonly (readonly [RegExp, Key])[] = [
  [/^the disk is full$/, "lossline.disk_full"],
  [/^unknown$/, "lossline.unknown"],
];

function found(table: readonly (readonly [RegExp, Key])[], text: string): { key: Key; values: Values } | null {
  for (const [pattern, key] of table) {
    const match = pattern.exec(text);
    if (match) return { key, values: { ...match.groups } };
  }
  return null;
}

/** `4 min`, `2 h 10 min` and `40 s` in the words of the language. */
const spanIn = (span: string, t: Translate): string =>
  span.replace(/(\d+) (s|min|h)\b/g, (_, n: string, unit: "s" | "min" | "h") => t(`whyline.span_${unit}`, { n }));

/** Why the call rings at this agent, in one sentence. A sentence that is not known is shown as it came. */
export function whyText(sentence: string, t: Translate): string {
  const known = found(WHY, sentence);
  if (!known) return sentence;
  const { span, ...values } = known.values;
  return t(known.key, { ...values, ...(span === undefined ? {} : { span: spanIn(span, t) }) });
}

/** What is wrong with one field. */
export function problemText(problem: string, t: Translate): string {
  const known = found(PROBLEM, problem);
  return known ? t(known.key, known.values) : problem;
}

/** What the carrier refused and what to do about it. What it says in words of its own stays as it came. */
export function carrierText(said: string, t: Translate): string {
  const coded = CARRIER_CODES.find((key) => said.endsWith(carrier[key]));
  if (coded) return t(coded);
  const known = found(CARRIER, said);
  return known ? t(known.key, known.values) : said;
}

/** Why a recording was not stored. What a store or a system said by itself has no translation. */
export function lossText(reason: string, t: Translate): string {
  const known = found(REASON, reason);
  return known ? t(known.key, known.values) : reason;
}

/** A code in an event of a call, such as `no_answer`; names and numbers stay as they are. */
export const saidText = (code: string, t: Translate): string => {
  const key = `said.${code}`;
  return hasKey(key) ? t(key) : code.replaceAll("_", " ");
};
