/** Observables as conditions: their last value, or each value as a run. */
import { atDoor } from '../../errors/at-door.ts'
import { showValue } from '../../errors/show-value.ts'
import { isStream, type StreamLike } from '../../values/stream.ts'
import { Condition } from '../condition.ts'
import { predicateNode } from './predicate-node.ts'

/** An Observable of booleans, of RxJS or another library. */
export type BooleanStream = { subscribe: (...observer: never[]) => unknown }

/** A boolean stream as a condition: its last value counts; before the first value it is false. */
export function fromStream(stream: StreamLike, name = 'stream'): Condition {
  return new Condition(predicateNode('stream', stream, name, {}, null))
}

/**
 * Each value of the stream causes one run: the value queues a run (up to 1,000 wait), which receives it as `run.value`.
 *
 * @example
 * ```ts
 * app.task('import', onEach(newFiles$), async (_, run) => importFile(run.value))
 * ```
 */
export function onEach(stream: StreamLike): Condition {
  return atDoor(onEach, () => {
    if (isStream(stream)) return new Condition(predicateNode('events', stream, 'on each value', {}, null))
    throw new TypeError(`Cannot use onEach() as it takes an Observable: ${showValue(stream)}`)
  })
}
