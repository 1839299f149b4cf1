import type { UiLocale } from "@/api/generated/wire";
import { en } from "./en";
import type { Key } from "./en";
import { fill } from "./format";
import type { Params } from "./format";
import { hi } from "./hi";

export type { Key } from "./en";
export type Catalogue = Readonly<Record<Key, string>>;

export const catalogues: Readonly<Record<UiLocale, Catalogue>> = { en, hi };

export type Translate = (key: Key, params?: Params) => string;

export const translator = (locale: UiLocale): Translate => {
  const texts = catalogues[locale];
  return (key, params) => fill(texts[key], params, locale);
};

export const hasKey = (key: string): key is Key => Object.hasOwn(en, key);
