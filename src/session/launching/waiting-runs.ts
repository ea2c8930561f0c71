/**
 * Warnings about runs that wait for a stopped session: nothing starts it automatically, and a process that exits must
 * report them.
 */
import type { Core } from '../state/session-state.ts'

/** The maximum number of names in one message. */
const maxNames = 5

const waiting = new Set<WeakRef<Core>>()
const refs = new WeakMap<Core, WeakRef<Core>>()
/** A session that is no longer referenced can never start: it must not keep the listener. */
const collected = new FinalizationRegistry<WeakRef<Core>>((ref) => drop(ref))

/** Warns, once per stop, that a run waits for the start; warns again when the process is about to exit without a start. */
export function warnOfWait(core: Core, task: string): void {
  if (refs.has(core)) return
  const ref = new WeakRef(core)
  refs.set(core, ref)
  collected.register(core, ref, ref)
  // One listener for all sessions; it does not keep the process alive.
  if (waiting.size === 0) process.on('beforeExit', warnAll)
  waiting.add(ref)
  const hint = 'call app.start() or app.run()'
  core.warn('not-started', `Task '${task}' waits for the session to start: ${hint}.`, { task })
}

/** Ends the wait: the session starts, or no caller waits for it any longer. */
export function endWait(core: Core): void {
  const ref = refs.get(core)
  if (ref === undefined) return
  refs.delete(core)
  collected.unregister(ref)
  drop(ref)
}

function drop(ref: WeakRef<Core>): void {
  if (waiting.delete(ref) && waiting.size === 0) process.off('beforeExit', warnAll)
}

function warnAll(): void {
  for (const core of [...waiting].map((ref) => ref.deref())) {
    if (core === undefined) continue
    endWait(core)
    const waits = [...core.entries.values()].filter(({ queue }) => queue.length > 0)
    if (!core.waitsForStart || waits.length === 0) continue
    const runs = waits.reduce((sum, { queue }) => sum + queue.length, 0)
    const names = waits.slice(0, maxNames).map(({ name }) => `'${name}'`)
    const others = waits.length > maxNames ? ` and ${waits.length - maxNames} others` : ''
    core.warn(
      'not-started',
      `The process ends while ${runs === 1 ? 'a run waits' : `${runs} runs wait`} for a session that was not started (tasks: ${names.join(', ')}${others}). Call app.start() or app.run().`,
      waits.length === 1 ? { task: waits[0]!.name } : {},
    )
  }
}
