import { useT } from "@/app-context";
import { KeyList } from "@/features/keys/key-help";
import { SettingsFrame } from "./frame";

export function KeysPage() {
  const t = useT();
  return <SettingsFrame title={t("keys.title")} text={t("keys.text")}><div className="spread"><KeyList /></div></SettingsFrame>;
}
