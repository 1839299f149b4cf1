import { cx } from "@/lib/cx";

/** Names of the icons in styles/icons.css. */
export type IconName =
  | "add-user" | "arrow-down" | "arrow-right" | "arrow-up" | "barge" | "bell" | "book" | "book-check" | "cal"
  | "callback" | "calls" | "chart" | "check" | "clock" | "cloud" | "copy" | "cord" | "dash" | "desk" | "diamond"
  | "dot" | "dots" | "down" | "ear" | "expand" | "eye" | "file" | "filter" | "flag" | "flow" | "gear" | "globe"
  | "half" | "hand" | "hangup" | "headset" | "home" | "import" | "info" | "key" | "keypad" | "lead" | "left" | "lock"
  | "mail" | "megaphone" | "mic" | "mic-off" | "minus" | "msg" | "net" | "offline" | "pause" | "pen" | "phone" | "pin"
  | "play" | "play-fill" | "plus" | "queue" | "quote" | "refresh" | "right" | "ring-dot" | "search" | "shield"
  | "sort" | "speaker" | "square" | "star" | "stop" | "tag" | "target" | "transfer" | "trash" | "tri" | "undo" | "up"
  | "upload" | "user" | "users" | "warn" | "whisper" | "x";

interface Props {
  name: IconName;
  size?: "sm" | "md" | "lg";
  className?: string;
}

/** A picture beside a word; it is never the only sign, so screen readers skip it. */
export const Icon = ({ name, size, className }: Props) => (
  <span className={cx("i", `i-${name}`, size, className)} aria-hidden="true" />
);
