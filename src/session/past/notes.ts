/**
 * The notes of the log from which past instants are reconstructed. A `change` has what changed in one turn of the event loop, before and
 * after. A `snapshot` has everything, and begins the changes of one session over a durable store.
 */
import type { Note } from '../../log/entry.ts'
import type { SessionState } from '../api/session-parts.ts'
import type { Execution } from '../api/task-options.ts'
import type { Settings } from '../options/settings.ts'

/** A task, as far as its launches depend on it. */
export interface TaskImage {
  /** The start condition as a statement. */
  readonly start: string
  readonly end?: string
  readonly disabled?: true
  readonly execution?: Execution
  readonly priority?: number
  readonly concurrency?: number | boolean
  readonly pool?: string
  readonly timezone?: string
  readonly role?: 'startup' | 'shutdown'
}

/** A param: its value as JSON, or the reason why the log does not have it. */
export type ParamImage = { readonly value: unknown } | { readonly why: string }

/** The settings on which launches depend. A limit of null: none. */
export interface SettingsImage
  extends Pick<
    Settings,
    'timezone' | 'execution' | 'relaunchDelayMs' | 'concurrency' | 'maxProcesses' | 'maxThreads'
  > {
  readonly pools: Readonly<
    Record<string, { readonly limit: number | null; readonly starts?: number; readonly perMs: number }>
  >
}

/** The session: its state and its settings. */
export interface SessionImage {
  readonly state: SessionState
  /** The instant of the start, in lived time (see `lived.ts`); null if the session was stopped. */
  readonly startedAt: number | null
  /** The only tasks that may launch; null: all. */
  readonly only: readonly string[] | null
  /** The reason why the log could not be written, so that nothing launched; null if it could. */
  readonly logDown: string | null
  /** The times at which the wall clock was set: the last sequence number of the log before, and the difference in ms. */
  readonly clockSets: readonly (readonly [seq: number, byMs: number])[]
  readonly settings: SettingsImage
  /** Earlier relaunch delays, ms, each with the last sequence number of the log before its change. */
  readonly earlierDelays?: readonly (readonly [seq: number, delayMs: number])[]
}

/** The images of what changed, by name; null: there was none. */
export interface Images {
  readonly session?: SessionImage
  readonly params?: Readonly<Record<string, ParamImage | null>>
  readonly tasks?: Readonly<Record<string, TaskImage | null>>
}

/** The queue of a task with waiting runs. */
export interface QueueImage {
  readonly task: string
  /** Since when, epoch ms. */
  readonly at: number
  readonly length: number
  /** The first runs; not all of a long queue. */
  readonly runs: readonly { readonly id: string; readonly isReady: boolean; readonly execution?: Execution }[]
}

/** Events of tasks and runs; a later event on the same one replaces it. */
export interface Events {
  readonly queues?: readonly QueueImage[]
  /** Tasks that wait for their relaunch delay, up to an instant in lived time; null: no longer. */
  readonly delays?: readonly { readonly task: string; readonly until: number | null }[]
  /** Live runs that were asked to end. */
  readonly endings?: readonly { readonly run: string; readonly at: number; readonly reason: string | null }[]
}

/** The common members of the notes of one session. */
interface Numbered {
  /** The session that wrote the note: a sequence number of the log at its start. */
  readonly by: number
  /** The number of changes so far: a gap means that notes are missing. */
  readonly n: number
  /** True if runs wait in queues, tasks wait for relaunch delays, or runs are ending: earlier notes say which. */
  readonly isOpen: boolean
}

export interface ChangeData extends Numbered, Events {
  /** The time of the previous change, epoch ms; null for the first. */
  readonly after: number | null
  /** As `isOpen`, before this change. */
  readonly wasOpen: boolean
  readonly was: Images
  /** Left out over a store that does not outlive the process, except for tasks that were removed. */
  readonly is: Images
}

export interface SnapshotData extends Numbered {
  readonly part: number
  readonly parts: number
  /** The last time at which an earlier session is known to have been alive, epoch ms; null if there was none. */
  readonly aliveAt: number | null
  readonly is: Images
}

/** A note with its data. */
export interface Of<D> {
  readonly seq: number
  readonly at: number
  readonly data: D
}

/** The note with its data; null if it is damaged. */
export function readNote<D extends Numbered>({ seq, at, data }: Note): Of<D> | null {
  if (typeof data !== 'object' || data === null) return null
  const { by, n } = data as Partial<Numbered>
  return typeof by === 'number' && typeof n === 'number' ? { seq, at, data: data as D } : null
}
