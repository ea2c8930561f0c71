/**
 * The state of the session at a past instant, from the notes of the log. In the session that runs now, the changes since then are taken
 * back from the present state. In an earlier session over the same log, they are added to its last snapshot before the instant.
 */
import type { SessionLog } from '../../log/session-log.ts'
import type { Params } from '../api/session-parts.ts'
import type { Registry } from '../state/registry.ts'
import type { CurrentImages } from './images.ts'
import type { JournalState } from './journal.ts'
import { Cut } from './lived.ts'
import {
  type ChangeData,
  type Images,
  type Of,
  type ParamImage,
  type QueueImage,
  readNote,
  type SessionImage,
  type SnapshotData,
  type TaskImage,
} from './notes.ts'

/** Named images at the instant. */
export interface Named<T> {
  get(name: string): T | null
  names(): readonly string[]
  /** True if it is not as in the present session. */
  hasChanged(name: string): boolean
}

/** The state of a session at an instant. */
export interface PastState {
  readonly cut: Cut
  readonly session: SessionImage
  readonly params: Named<ParamImage>
  readonly tasks: Named<TaskImage>
  /** True if the session is the one that runs now: tasks that have not changed are the present ones. */
  readonly isPresent: boolean
  readonly events: PastEvents
}

/** The latest events up to the instant, by task or run. */
export interface PastEvents {
  readonly queues: ReadonlyMap<string, QueueImage & { readonly seq: number }>
  readonly delays: ReadonlyMap<string, { readonly until: number | null; readonly seq: number }>
  readonly endings: ReadonlyMap<string, { readonly reason: string | null }>
  /** The removals of tasks, as positions in the log. */
  readonly removals: ReadonlyMap<string, number>
  /** The reason why it is not known which runs waited; null if it is. */
  readonly unknown: string | null
}

/** The result of reading the notes. */
export type Reached =
  | { readonly kind: 'state'; readonly state: PastState }
  | { readonly kind: 'not running'; readonly sentence: string }
  | { readonly kind: 'unknown'; readonly why: string }

export interface ReachDeps {
  readonly registry: Registry
  readonly params: Params
  readonly images: CurrentImages
  readonly journal: JournalState | null
  readonly log: SessionLog
  /** Shows an instant. */
  readonly show: (at: number) => string
}

/** The number of notes read at once. */
const pageSize = 200

const notRunning = (): Reached => ({ kind: 'not running', sentence: 'the session was not running' })

/** The state at the instant, epoch ms. */
export async function reach(deps: ReachDeps, at: number): Promise<Reached> {
  const { journal, log } = deps
  if (journal !== null && at >= journal.begunAt) return inPresent(deps, journal, at)
  if (journal !== null && !log.store.durable) return notRunning()
  return inEarlier(deps, at)
}

async function inPresent(deps: ReachDeps, journal: JournalState, at: number): Promise<Reached> {
  const { images, log, registry, params } = deps
  const clockSets = journal.session.clockSets
  const cut = await cutAt(log, at, clockSets)
  const undone: Images[] = []
  const events = new EventReader(cut)
  let n = journal.n
  let { changedAt, isOpen } = { changedAt: journal.changedAt, isOpen: journal.isOpen }
  let isMissing = false
  for await (const note of changesOf(log, journal.by)) {
    if (note.data.n !== n) {
      isMissing = true
      break
    }
    if (!cut.contains(note)) undone.push(note.data.was)
    else {
      if (!note.data.isOpen) {
        n = 0
        break
      }
      events.read(note)
    }
    n -= 1
    ;({ after: changedAt, wasOpen: isOpen } = note.data)
  }
  // Without notes, all is as after the last change, if that was before the instant.
  const isLost = n > 0 && (changedAt === null || changedAt > at)
  if (isLost) return { kind: 'unknown', why: lostWhy(deps, changedAt ?? at) }
  if (n > 0 && isOpen) isMissing = true
  const session = undone.findLast((was) => was.session !== undefined)?.session ?? journal.session
  if (session.state === 'stopped') return notRunning()
  const state: PastState = {
    cut,
    session,
    params: new Changed(
      (name) => images.param(name),
      () => params.entries().map(([name]) => name),
      undone.map((was) => was.params),
    ),
    tasks: new Changed(
      (name) => images.task(name),
      () => [...registry.entries.keys()],
      undone.map((was) => was.tasks),
    ),
    isPresent: true,
    events: events.done(isMissing && isOpen),
  }
  return { kind: 'state', state }
}

function lostWhy({ show }: ReachDeps, at: number): string {
  return `the log no longer has the changes of the session up to ${show(at)}: they are beyond its retention`
}

async function inEarlier(deps: ReachDeps, at: number): Promise<Reached> {
  const { log, journal, show } = deps
  const { found, next } = await snapshotAt(log, at)
  if (found === null) return { kind: 'unknown', why: await noSnapshotWhy(deps, at) }
  if (next === null && journal === null) {
    const end = await lastAt(log)
    if (end < at) {
      const why = `the log ends at ${show(end)}: whether a session ran after that is not known`
      return { kind: 'unknown', why }
    }
  }
  const last = next === null || next.by === found.by ? null : next.aliveAt
  if (last !== null && at > last) return notRunning()
  const notes: Of<ChangeData>[] = []
  for await (const note of changesOf(log, found.by, next?.seq)) {
    if (note.seq < found.seq) break
    notes.unshift(note)
  }
  const clockSets = notes.findLast(({ data }) => data.is.session !== undefined)?.data.is.session?.clockSets
  const cut = await cutAt(log, at, clockSets ?? [])
  const made = notes.filter((note) => cut.contains(note))
  if (made.some(({ data }, index) => data.n !== found.n + 1 + index))
    return { kind: 'unknown', why: lostWhy(deps, made[0]?.at ?? at) }
  const changes = [found.is, ...made.map(({ data }) => data.is)]
  const session = changes.findLast((is) => is.session !== undefined)?.session
  if (session === undefined) return { kind: 'unknown', why: `the snapshot of ${show(found.at)} is damaged` }
  if (session.state === 'stopped') return notRunning()
  const events = new EventReader(cut)
  for (const note of made.reverse()) events.read(note)
  const nothing = { base: () => null, names: () => [] }
  const state: PastState = {
    cut,
    session,
    params: new Changed<ParamImage>(
      nothing.base,
      nothing.names,
      changes.map((is) => is.params).reverse(),
      true,
    ),
    tasks: new Changed<TaskImage>(nothing.base, nothing.names, changes.map((is) => is.tasks).reverse(), true),
    isPresent: false,
    events: events.done(false),
  }
  return { kind: 'state', state }
}

/** Images that changed, over others. */
class Changed<T> implements Named<T> {
  readonly #changes = new Map<string, T | null>()
  readonly #base: (name: string) => T | null
  readonly #baseNames: () => readonly string[]

  /** @param isFirst - True if the first of several images of one name counts, otherwise the last. */
  constructor(
    base: (name: string) => T | null,
    baseNames: () => readonly string[],
    changes: readonly (Readonly<Record<string, T | null>> | undefined)[],
    isFirst = false,
  ) {
    this.#base = base
    this.#baseNames = baseNames
    for (const change of changes)
      for (const [name, image] of Object.entries(change ?? {}))
        if (!isFirst || !this.#changes.has(name)) this.#changes.set(name, image)
  }

  get(name: string): T | null {
    const changed = this.#changes.get(name)
    return changed === undefined ? this.#base(name) : changed
  }

  hasChanged(name: string): boolean {
    return this.#changes.has(name)
  }

  names(): readonly string[] {
    const all = new Set([...this.#baseNames(), ...this.#changes.keys()])
    return [...all].filter((name) => this.#changes.get(name) !== null)
  }
}

/** Collects events, the newest first. */
class EventReader {
  readonly #cut: Cut
  readonly #queues = new Map<string, QueueImage & { readonly seq: number }>()
  readonly #delays = new Map<string, { readonly until: number | null; readonly seq: number }>()
  readonly #endings = new Map<string, { readonly reason: string | null }>()
  readonly #removals = new Map<string, number>()

  constructor(cut: Cut) {
    this.#cut = cut
  }

  read({ seq, data }: Of<ChangeData>): void {
    for (const queue of data.queues ?? [])
      if (!this.#queues.has(queue.task) && this.#cut.contains({ seq, at: queue.at }))
        this.#queues.set(queue.task, { ...queue, seq })
    for (const { task, until } of [...(data.delays ?? [])].reverse())
      if (!this.#delays.has(task)) this.#delays.set(task, { until, seq })
    for (const { run, reason } of data.endings ?? [])
      if (!this.#endings.has(run)) this.#endings.set(run, { reason })
    for (const [task, image] of Object.entries(data.is.tasks ?? {}))
      if (image === null && !this.#removals.has(task)) this.#removals.set(task, seq)
  }

  done(isMissing: boolean): PastEvents {
    return {
      queues: this.#queues,
      delays: this.#delays,
      endings: this.#endings,
      removals: this.#removals,
      unknown: isMissing ? 'the log no longer has the notes about runs that waited in queues' : null,
    }
  }
}

/** The changes that a session has noted, newest first; `before`: only those with a smaller sequence number. */
async function* changesOf(
  log: SessionLog,
  by: number,
  before = Number.POSITIVE_INFINITY,
): AsyncGenerator<Of<ChangeData>, void, undefined> {
  for (let key = before; ; ) {
    const page = await log.notes({
      note: 'change',
      limit: pageSize,
      ...(Number.isFinite(key) ? { before: key } : {}),
    })
    for (const each of page) {
      const note = readNote<ChangeData>(each)
      if (note !== null && note.data.by === by) yield note
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    key = last.seq
  }
}

/** A snapshot, put together from its parts. */
interface Snapshot extends Pick<SnapshotData, 'by' | 'n' | 'aliveAt' | 'is'> {
  readonly at: number
  /** The sequence number of its first part. */
  readonly seq: number
}

/** The last snapshot up to the instant, and the first one after it. */
async function snapshotAt(
  log: SessionLog,
  at: number,
): Promise<{ readonly found: Snapshot | null; readonly next: Snapshot | null }> {
  let next: Snapshot | null = null
  let parts: Of<SnapshotData>[] = []
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const page = await log.notes({
      note: 'snapshot',
      limit: pageSize,
      ...(Number.isFinite(before) ? { before } : {}),
    })
    for (const each of page) {
      const note = readNote<SnapshotData>(each)
      if (note === null) continue
      if (parts[0] !== undefined && parts[0].at !== note.at) parts = []
      parts.unshift(note)
      if (note.data.part > 0) continue
      const whole = wholeOf(parts)
      parts = []
      if (whole === null) continue
      if (whole.at <= at) return { found: whole, next }
      next = whole
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return { found: null, next }
    before = last.seq
  }
}

function wholeOf(parts: readonly Of<SnapshotData>[]): Snapshot | null {
  const [first] = parts
  if (first === undefined || parts.length !== first.data.parts) return null
  const { by, n, aliveAt, is } = first.data
  const tasks = Object.fromEntries(parts.flatMap(({ data }) => Object.entries(data.is.tasks ?? {})))
  return { by, n, aliveAt, at: first.at, seq: first.seq, is: { ...is, tasks } }
}

async function noSnapshotWhy({ log, show }: ReachDeps, at: number): Promise<string> {
  const [before] = await log.query({ until: at + 1, limit: 1 })
  if (before !== undefined)
    return 'the log has no notes about the session at that time: an earlier release wrote it, or they are beyond its retention'
  const [first] = await log.query({ oldestFirst: true, limit: 1 })
  return first === undefined ? 'the log has no record of that time' : `the log begins at ${show(first.at)}`
}

/** The time of the newest entry, epoch ms. */
async function lastAt(log: SessionLog): Promise<number> {
  const [record] = await log.query({ limit: 1 })
  const [note] = await log.notes({ limit: 1 })
  return Math.max(record?.at ?? 0, note?.at ?? 0)
}

async function cutAt(log: SessionLog, at: number, clockSets: SessionImage['clockSets']): Promise<Cut> {
  if (!Cut.isNeeded(clockSets)) return new Cut(at)
  const [record] = await log.query({ until: at + 1, limit: 1 })
  let seq = record?.seq ?? 0
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const page = await log.notes({
      note: 'change',
      limit: pageSize,
      ...(Number.isFinite(before) ? { before } : {}),
    })
    const note = page.find((each) => each.at <= at)
    if (note !== undefined) seq = Math.max(seq, note.seq)
    const last = page.at(-1)
    if (note !== undefined || last === undefined || page.length < pageSize) return new Cut(at, clockSets, seq)
    before = last.seq
  }
}
