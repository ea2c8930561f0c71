/** The failpoints at which the process is killed. */
import type { Point } from './failpoint.ts'

/** A point, the task that reaches it, and the number of times before the process dies. */
export type Failing = readonly [point: Point, task: string, times: number]

/** A fresh log: the minute with a success must keep only that one. */
const ofPeriod: Failing = ['after end', 'minute', 1]

/** A run that was left open becomes a crash, and the process dies while that is recorded. */
const ofRestart: readonly Failing[] = [
  ['during run', 'main', 2],
  ['before crash', 'main', 1],
  ['after crash', 'main', 1],
]

/** Each point once, and work of each kind. */
export const someFailpoints: readonly Failing[] = [
  ofPeriod,
  ['before start', 'second-1', 1],
  ['within start', 'thread-1', 2],
  ['after start', 'process', 2],
  ...ofRestart,
  ['during run', 'thread-1', 1],
  ['during run', 'process', 1],
  ['during run', 'a1', 2],
  ['before end', 'thread-1', 2],
  ['within end', 'a1', 2],
  ['after end', 'a1', 2],
]

const points = [
  'before start',
  'within start',
  'after start',
  'during run',
  'before end',
  'within end',
  'after end',
] as const
const tasks = ['main', 'a1', 'thread-1', 'process', 'second-1']

/** Each point with each kind of work. */
export const allFailpoints: readonly Failing[] = [
  ofPeriod,
  ...ofRestart,
  ...points.flatMap((point) => tasks.map((task): Failing => [point, task, 2])),
]
