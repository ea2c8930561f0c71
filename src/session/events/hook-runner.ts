/** Hooks: what the app does around the start, the end, cycles, the making of tasks and the work of runs. */
import { outcomeOf, type Settlement } from '../../../machines/run.machine.ts'
import { toPromise } from '../../values/promise.ts'
import type { Hook, HookContexts, HookKind, HookResult } from '../api/hooks.ts'

/** What is left to do after: called with the result, in the order in which the hooks were added. */
export type After = (result: HookResult) => Promise<void>

const kinds: readonly HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']

/** The hooks of one session, by kind. */
export class HookRunner {
  readonly #hooks = new Map<HookKind, Hook<never>[]>()

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
    }
  }

  has(kind: HookKind): boolean {
    return (this.#hooks.get(kind)?.length ?? 0) > 0
  }

  /**
   * Runs the parts before, in order, and gives what is to be called after. One that throws goes to `onThrow`, and the
   * others still run, unless `onThrow` throws in turn: then no later hook begins, and those that have begun get the error.
   * No hook begins once the signal is aborted.
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
          // The raised error is the one that counts: what an end of a hook adds to it is left out.
          await callAll(afters, { error }, () => {})
          throw raised
        }
      }
    }
    return (result) => callAll(afters, result, (error) => onThrow(error, kind))
  }

  /** As {@link before}, for the one place that cannot wait: the making of a task. Asynchronous parts go on by themselves. */
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

/** Calls all of them, whatever one throws; then throws what `onThrow` threw first. */
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

/** How the work came out, for the parts after of run hooks. */
export function toHookResult(settlement: Settlement, wasTold: boolean): HookResult {
  const outcome = outcomeOf(settlement, wasTold)
  if (settlement.kind === 'returned') return { outcome, value: settlement.value }
  return settlement.kind === 'threw' && outcome === 'fail'
    ? { outcome, error: settlement.error }
    : { outcome }
}
