/** Work that is XState actor logic, with the options of its runs. */
import type { AnyActorLogic, AnyStateMachine, EventObject, InputFrom, Snapshot } from 'xstate'
import { StateMachine } from 'xstate'
import type { ParamValues } from '../../machines/protocol.ts'
import { showValue } from '../errors/show-value.ts'
import { checkOptions } from '../values/check-options.ts'

/** A registered symbol, so that a workflow made by another copy of the package is recognized. */
const brand = Symbol.for('gantry.workflow')

/**
 * The values from which the input of a workflow is computed.
 *
 * @example
 * ```ts
 * const inputOf = ({ args, run }: WorkflowInputSource): { order: unknown } => ({ order: args.order ?? run.id })
 * ```
 */
export interface WorkflowInputSource {
  /** The args of the task, and the params of the run. */
  readonly args: Readonly<Record<string, unknown>>
  readonly run: { readonly id: string; readonly params: ParamValues }
}

/**
 * Options of {@link workflow}.
 *
 * @example
 * ```ts
 * import { fromPromise } from 'xstate'
 *
 * const options: WorkflowOptions = { input: ({ args }) => ({ order: args.order }), version: '2' }
 * app.task('order', false, workflow(fromPromise(async ({ input }) => input), options))
 * ```
 */
export interface WorkflowOptions<L extends AnyActorLogic = AnyActorLogic> {
  /** Returns the input of the logic. Default: the args. Over a durable store it must be plain data. */
  readonly input?: (source: WorkflowInputSource) => InputFrom<L>
  /** The version of the logic, stored with each state. Default: the `version` of the machine. */
  readonly version?: string
  /**
   * Converts a stored snapshot of another version, or one that the logic cannot restore. `version` is the stored one. Without this
   * function the run ends as `crash`.
   */
  readonly migrate?: (snapshot: Snapshot<unknown>, version: string | undefined) => Snapshot<unknown>
}

/**
 * Work that is actor logic, made by {@link workflow}.
 *
 * @example
 * ```ts
 * import { fromPromise } from 'xstate'
 *
 * const order: Workflow = workflow(fromPromise(async () => 42))
 * app.task('order', false, order)
 * ```
 */
export interface Workflow<L extends AnyActorLogic = AnyActorLogic> extends WorkflowOptions<L> {
  readonly logic: L
}

/** Actor logic with outputs `R` and events `E`, or a workflow made of it: the types of a task are inferred from it. */
export type WorkflowOf<R, E extends EventObject> = LogicOf<R, E> | { readonly logic: LogicOf<R, E> }

interface LogicOf<R, E extends EventObject> {
  // biome-ignore lint/suspicious/noExplicitAny: only the output and the events are inferred.
  readonly transition: (snapshot: any, event: E, scope: any) => { readonly output?: R | undefined }
  readonly getInitialSnapshot: unknown
  readonly getPersistedSnapshot: unknown
}

/**
 * Creates work from XState actor logic: a machine, `fromPromise`, `fromObservable`, `fromCallback` or `fromTransition`. Logic without
 * options can be given to a task directly. Its output is the value of the run.
 *
 * @throws TypeError if the first argument is not actor logic, or for unknown options
 * @example
 * ```ts
 * import { createMachine } from 'xstate'
 *
 * const orderMachine = createMachine({ initial: 'open', states: { open: { after: { 1000: 'done' } }, done: { type: 'final' } } })
 * app.task('order', 'every 1 hour', workflow(orderMachine, { input: ({ args }) => ({ order: args.order }) }))
 * ```
 */
export function workflow<L extends AnyActorLogic>(logic: L, options: WorkflowOptions<L> = {}): Workflow<L> {
  if (!isActorLogic(logic))
    throw new TypeError(
      `Cannot make a workflow as its logic must be XState actor logic, such as a machine: ${showValue(logic)}`,
    )
  checkOptions(options, ['input', 'version', 'migrate'], 'options of a workflow')
  for (const key of ['input', 'migrate'] as const)
    if (options[key] !== undefined && typeof options[key] !== 'function')
      throw new TypeError(`Cannot make a workflow as '${key}' must be a function: ${showValue(options[key])}`)
  if (options.version !== undefined && typeof options.version !== 'string')
    throw new TypeError(`Cannot make a workflow as 'version' must be a string: ${showValue(options.version)}`)
  const made = { ...options, logic }
  Object.defineProperty(made, brand, { value: true })
  return Object.freeze(made)
}

/** The work of a task, with bare actor logic as a workflow. */
export function toWork(work: unknown): unknown {
  return isActorLogic(work) ? workflow(work) : work
}

/** True for work made by {@link workflow}. */
export function isWorkflow(work: unknown): work is Workflow {
  return typeof work === 'object' && work !== null && (work as { [brand]?: true })[brand] === true
}

/** True for actor logic of XState. */
export function isActorLogic(value: unknown): value is AnyActorLogic {
  if (typeof value !== 'object' || value === null) return false
  const { transition, getInitialSnapshot, getPersistedSnapshot } = value as Partial<AnyActorLogic>
  return [transition, getInitialSnapshot, getPersistedSnapshot].every((each) => typeof each === 'function')
}

/** True for a state machine, including one from another copy of XState. */
export function isMachine(logic: AnyActorLogic): logic is AnyStateMachine {
  return logic instanceof StateMachine || ('root' in logic && 'implementations' in logic)
}

/** True for a machine that has no final state at its top level, and so never ends by itself. */
export function isEndless({ logic }: Workflow): boolean {
  return isMachine(logic) && !canEnd(logic.root)
}

function canEnd(node: AnyStateMachine['root']): boolean {
  const below = Object.values(node.states)
  if (node.type === 'parallel') return below.every(canEnd)
  return below.some(({ type }) => type === 'final')
}

/** The version that is stored with the states of a workflow. */
export function versionOf({ logic, version }: Workflow): string | undefined {
  return version ?? (isMachine(logic) ? logic.version : undefined)
}
