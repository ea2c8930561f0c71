/** The runner of hooks: functions of the app around the start, the shut-down, cycles, the creation of tasks, and work. */
import { outcomeOf, type Settlement } from '../../../machines/run.machine.ts'
import { toPromise } from '../../values/promise.ts'
import type { Hook, HookContexts, HookKind, HookResult } from '../api/hooks.ts'

/** The second halves of hooks, called with the result in the order in which the hooks were added. */
export type After = (result: HookResult) => Promise<void>

const kinds: readonly HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']

/** The hooks of one session, by kind. */
export class HookRunner {
  readonly #hooks = new Map<HookKind, Hook<never>[]>()
  /** The hooks by kind: a kind without hooks is not in it. */
  readonly byKind: ReadonlyMap<HookKind, readonly Hook<never>[]> = this.#hooks

  add<K extends HookKind>(kind: K, hook: Hook<K>): () => void {
    if (!kinds.includes(kind))
      throw new TypeError(
        `Cannot add a hook as its kind must be one of ${kinds.join(', ')}: '${String(kind)}'`,
      )
    if (typeof hook !== 'function')
      throw new TypeError(`Cannot add a ${kind} hook as it must be a function: ${String(hook)}`)
    const hooks = this.#hooks.get(kind) ?? []
    hooks.push(hook as Hook<never>)
    this.#hooks.set(kind, hooks)
    return () => {
      const place = hooks.indexOf(hook as Hook<never>)
      if (place >= 0) hooks.splice(place, 1)
      if (hooks.length === 0 && this.#hooks.get(kind) === hooks) this.#hooks.delete(kind)
    }
  }

  /**
   * Runs the first halves in order, and resolves to the second halves. `onThrow` receives the error of a hook, and the others still
   * run; if `onThrow` throws as well, no further hook begins, and the second halves of earlier hooks receive the error. No hook
   * begins after the signal is aborted.
   */
  async before<K extends HookKind>(
    kind: K,
    context: HookContexts[K],
    onThrow: (error: unknown, kind: K) => void,
    signal?: AbortSignal,
  ): Promise<After> {
    const afters: After[] = []
    for (const hook of [...(this.#hooks.get(kind) ?? [])]) {
      if (signal?.aborted === true) break
      try {
        const after = await begin(hook as Hook<K>, context)
        if (after !== undefined) afters.push(after)
      } catch (error) {
        try {
          onThrow(error, kind)
        } catch (raised) {
          // Only the raised error is reported; further errors of second halves are dropped.
          await callAll(afters, { error }, () => {})
          throw raised
        }
      }
    }
    return (result) => callAll(afters, result, (error) => onThrow(error, kind))
  }

  /** {@link before} for the creation of tasks, which is synchronous: asynchronous hooks are not awaited. */
  beforeSync(
    context: HookContexts['task'],
    onThrow: (error: unknown, kind: 'task') => void,
  ): (result: HookResult) => void {
    const afters: ((result: HookResult) => unknown)[] = []
    const guard = (call: () => unknown): unknown => {
      try {
        const value = call()
        const promise = toPromise(value)
        promise?.catch((error) => onThrow(error, 'task'))
        return promise ?? value
      } catch (error) {
        return onThrow(error, 'task')
      }
    }
    for (const hook of [...(this.#hooks.get('task') ?? [])]) {
      const made = guard(() => (hook as Hook<'task'>)(context))
      if (typeof made === 'function') afters.push(made as (result: HookResult) => unknown)
      else if (made instanceof Promise)
        afters.push((result) =>
          made.then((after) => (typeof after === 'function' ? after(result) : undefined)),
        )
      else if (isGenerator(made)) {
        guard(() => made.next())
        afters.push((result) => made.next(result))
      }
    }
    return (result) => {
      for (const after of afters) guard(() => after(result))
    }
  }
}

/** Calls all functions even if some throw, then throws the first error that `onThrow` threw. */
async function callAll(
  afters: readonly After[],
  result: HookResult,
  onThrow: (error: unknown) => void,
): Promise<void> {
  let raised: { readonly error: unknown } | undefined
  for (const after of afters) {
    try {
      await after(result)
    } catch (error) {
      try {
        onThrow(error)
      } catch (problem) {
        raised ??= { error: problem }
      }
    }
  }
  if (raised !== undefined) throw raised.error
}

async function begin<K extends HookKind>(
  hook: Hook<K>,
  context: HookContexts[K],
): Promise<After | undefined> {
  const made = await hook(context)
  if (typeof made === 'function') return async (result) => void (await made(result))
  if (!isGenerator(made)) return undefined
  const first = await made.next()
  return first.done === true ? undefined : async (result) => void (await made.next(result))
}

interface AnyGenerator {
  next(value?: unknown): { done?: boolean } | Promise<{ done?: boolean }>
}

function isGenerator(value: unknown): value is AnyGenerator {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as AnyGenerator).next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

/** The result of a run, for the second halves of run hooks. */
export function toHookResult(settlement: Settlement, wasTold: boolean): HookResult {
  const outcome = outcomeOf(settlement, wasTold)
  if (settlement.kind === 'returned') return { outcome, value: settlement.value }
  return settlement.kind === 'threw' && outcome === 'fail'
    ? { outcome, error: settlement.error }
    : { outcome }
}
