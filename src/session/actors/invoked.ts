/** The actors that the session machine invokes, each with a signal that aborts when the machine leaves the state. */
import { type AnyActorRef, fromCallback, fromPromise } from 'xstate'

/** Actor logic of an async step. */
export function stepOf<T>(run: (signal: AbortSignal) => Promise<T>) {
  return fromPromise<T>(async ({ self, signal }) => {
    closeDoor(self)
    return await run(signal)
  })
}

/** Actor logic of an activity that lasts as long as its state. */
export function whileIn(begin: (signal: AbortSignal) => void) {
  return fromCallback(({ self }) => {
    closeDoor(self)
    const controller = new AbortController()
    begin(controller.signal)
    return () => controller.abort()
  })
}

/** Blocks `send`: snapshots of the session's actor expose its children, and an event to a child could claim that it has ended. */
function closeDoor(self: AnyActorRef): void {
  const send = (): never => {
    throw new TypeError(
      `Cannot send to '${self.id}' as it takes no events. Send commands with session.send().`,
    )
  }
  Object.defineProperty(self, 'send', { value: send })
}
