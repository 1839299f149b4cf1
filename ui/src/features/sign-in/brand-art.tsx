const COLUMNS = [70, 148, 226, 304, 382, 460, 538];
const ROWS = [180, 252, 324, 396];

/** A field of jacks with three cords in it: the mark of the product, large. */
export const BrandArt = () => (
  <svg
    className="art" viewBox="0 0 610 800" preserveAspectRatio="xMidYMid slice" fill="none" strokeWidth="2"
    aria-hidden="true"
  >
    <g stroke="var(--bar-line)">
      {ROWS.flatMap((y) => COLUMNS.map((x) => <circle key={`${x}-${y}`} cx={x} cy={y} r="9" />))}
    </g>
    <g stroke="var(--bar-accent)" strokeWidth="3" strokeLinecap="round">
      <path d="M148 252C148 370 304 300 304 180" /><path d="M226 324C226 440 460 420 460 252" />
    </g>
    <g fill="var(--bar-accent)">
      <circle cx="148" cy="252" r="9" /><circle cx="304" cy="180" r="9" />
      <circle cx="226" cy="324" r="9" /><circle cx="460" cy="252" r="9" />
    </g>
    <path d="M382 396C382 470 538 450 538 324" stroke="var(--bar-ok)" strokeWidth="3" strokeLinecap="round" />
    <circle cx="382" cy="396" r="9" fill="var(--bar-ok)" /><circle cx="538" cy="324" r="9" fill="var(--bar-ok)" />
  </svg>
);
