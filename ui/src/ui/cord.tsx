import { cx } from "@/lib/cx";

export type Stretch = "good" | "weak" | "silent" | "none";

const CLASS: Record<Stretch, string> = { good: "", weak: "bad", silent: "off", none: "none" };

interface Props {
  agent: Stretch;
  customer: Stretch;
  /** The whole in words, since it is a picture. */
  label: string;
}

/** Who is joined to whom: you, the carrier, the customer as jacks on one line. */
export const Cord = ({ agent, customer, label }: Props) => (
  <div className="cord" role="img" aria-label={label}>
    <span className={cx("jack", CLASS[agent])} />
    <span className={cx("wire", CLASS[agent])} />
    <span className={cx("jack", agent === "none" && "none")} />
    <span className={cx("wire", CLASS[customer])} />
    <span className={cx("jack", CLASS[customer])} />
  </div>
);

/** The mark of the product. */
export const Mark = ({ size = 22 }: { size?: number }) => (
  <svg
    width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" role="img"
    aria-label="Switchboard"
  >
    <circle cx="5" cy="18" r="3" /><circle cx="19" cy="6" r="3" />
    <path d="M8 18h2.5c7 0 .5-12 5.500-12" strokeLinecap="round" />
  </svg>
);
