/** The actors that the session machine invokes: each gets a signal, which aborts when the machine leaves its state. */
import { type AnyActorRef, fromCallback, fromPromise } from 'xstate'

/** Actor logic of an async step. */
export function stepOf<T>(run: (signal: AbortSignal) => Promise<T>) {
  return fromPromise<T>(async ({ self, signal }) => {
    closeDoor(self)
    return await run(signal)
  })
}

/** Actor logic of something that lasts as long as its state. */
export function whileIn(begin: (signal: AbortSignal) => void) {
  return fromCallback(({ self }) => {
    closeDoor(self)
    const controller = new AbortController()
    begin(controller.signal)
    return () => controller.abort()
  })
}

/** A snapshot of the session's actor shows its children, and an event sent to one could claim that it has ended. */
function closeDoor(self: AnyActorRef): void {
  const send = (): never => {
    throw new TypeError(
      `Cannot send to '${self.id}' as it takes no events. Send commands with session.send().`,
    )
  }
  Object.defineProperty(self, 'send', { value: send })
}
