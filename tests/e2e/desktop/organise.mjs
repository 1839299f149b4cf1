// Tags, actions on many leads, views, the palette, consent, intake keys, the carrier's numbers, recorded messages,
// trunks and telephones in the real window.
import { organise as steps } from "../organise/organise.mjs";
import { adminAt } from "./admin.mjs";

export async function organise(stage) {
  await steps(stage, await adminAt(stage, "organise", 4484));
  await stage.app.quit();
  stage.app = null;
}
