export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Asks `probe` again and again until it answers with something true. An answer `{ notYet }` and an exception both mean
 * "not yet", and the last one is told when the time is over.
 */
export async function until(what, within, probe, every = 50) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      const answer = await probe();
      if (answer && !(typeof answer === "object" && "notYet" in answer)) return answer;
      last = answer?.notYet ?? answer;
    } catch (error) {
      last = error.message;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${within} ms (last: ${String(last).slice(0, 300)})`);
    await sleep(every);
  }
}
