/**
 * Makes a function that may be called at any pace: one call of `act` is under way at a time, and when it is done the newest of
 * what was asked meanwhile follows; what lay between is skipped. So answers keep coming while a slider is dragged, as quickly as
 * the server gives them and never out of order.
 * @param restMs time between an answer and the next question
 * @param failed what `act` threw
 */
export function newestOnly<T>(
  act: (asked: T) => Promise<void>,
  restMs: number,
  failed: (error: Error) => void,
): (asked: T) => void {
  let waiting: { readonly asked: T } | null = null;
  let busy = false;
  const work = async () => {
    busy = true;
    while (waiting !== null) {
      const { asked } = waiting;
      waiting = null;
      await act(asked).catch(failed);
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    busy = false;
  };
  return (asked) => {
    waiting = { asked };
    if (!busy) void work();
  };
}
