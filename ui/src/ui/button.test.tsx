import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Button } from "./button";
import { TipProvider } from "./tip";

const shown = (off: string | null) => <TipProvider><Button off={off}>Save</Button></TipProvider>;

describe("a button that is off at times", () => {
  afterEach(cleanup);

  it("is one element all the time, with its focus", () => {
    const view = render(shown(null));
    const button = screen.getByRole("button");
    button.focus();
    view.rerender(shown("Nothing was changed."));
    expect(screen.getByRole("button")).toBe(button);
    expect(document.activeElement).toBe(button);
    expect(button.getAttribute("aria-disabled")).toBe("true");
  });

  it("says why only while it has the focus, and nothing when there is nothing to say", () => {
    const view = render(shown("Nothing was changed."));
    const button = screen.getByRole("button");
    // As a dialog does that opens: it focuses its first button and then the control that is meant.
    act(() => { button.focus(); button.blur(); });
    expect(screen.queryByRole("tooltip")).toBeNull();
    act(() => { button.focus(); });
    expect(screen.getByRole("tooltip").textContent).toBe("Nothing was changed.");
    view.rerender(shown(null));
    expect(screen.queryByRole("tooltip")).toBeNull();
  });
});
