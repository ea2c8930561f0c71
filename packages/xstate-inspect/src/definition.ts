/**
 * The definition of an XState 5 machine in the format of XState 4, which the inspector's page reads.
 *
 * It is built from the machine's state nodes: `machine.definition` of XState 5 lacks the transitions without an event (`always`)
 * and the names of inline actions. `meta` is omitted: it may hold any value, and the page does not show it.
 */

/** A state of a definition in the format of XState 4; plain JSON. */
export interface StateDefinition {
  readonly id: string
  readonly key?: string
  readonly type?: string
  readonly initial?: string
  readonly history?: string
  readonly target?: readonly string[]
  readonly description?: string
  readonly tags?: readonly string[]
  readonly entry?: readonly Named[]
  readonly exit?: readonly Named[]
  readonly invoke?: readonly { readonly id: string; readonly src: string }[]
  readonly on?: Readonly<Record<string, readonly TransitionDefinition[]>>
  readonly after?: Readonly<Record<string, readonly TransitionDefinition[]>>
  readonly always?: readonly TransitionDefinition[]
  readonly states?: Readonly<Record<string, StateDefinition>>
  /** Of the root: without it XState 4 logs a warning for each machine that its page reads. */
  readonly predictableActionArguments?: true
}

/** A transition of a definition in the format of XState 4. */
export interface TransitionDefinition {
  readonly target?: readonly string[]
  readonly cond?: string
  readonly actions: readonly Named[]
  readonly internal: boolean
  readonly description?: string
}

/** An action by its name: the page shows it and never runs it. */
export interface Named {
  readonly type: string
}

interface TransitionLike {
  readonly target?: readonly NodeLike[] | undefined
  readonly guard?: unknown
  readonly actions: readonly unknown[]
  readonly reenter?: boolean
  readonly description?: string
  readonly delay?: number | string
}

interface NodeLike {
  readonly key: string
  readonly path: readonly string[]
  readonly type: string
  readonly history: false | string
  readonly description?: string
  readonly tags: readonly string[]
  readonly entry: readonly unknown[]
  readonly exit: readonly unknown[]
  readonly invoke: readonly { readonly id: string; readonly src: unknown }[]
  readonly initial?: { readonly target: readonly NodeLike[] } | undefined
  readonly transitions: ReadonlyMap<string, readonly TransitionLike[]>
  readonly always?: readonly TransitionLike[]
  readonly after: readonly TransitionLike[]
  readonly states: Readonly<Record<string, NodeLike>>
  readonly config: { readonly target?: unknown }
  readonly parent?: NodeLike
}

/**
 * Describes the logic of an actor: a machine by its states and transitions, any other logic (promises, callbacks, observables) by
 * the states that every actor has.
 *
 * @param name - The id of the definition, which the page lists. It is the actor's name, since all tasks of a session share one
 * machine.
 */
export function toDefinition(logic: unknown, name: string): StateDefinition {
  const root = (logic as { root?: NodeLike } | undefined)?.root
  const definition = root?.transitions instanceof Map ? toState(root, name) : plainLogic(name)
  return { ...definition, predictableActionArguments: true }
}

function plainLogic(name: string): StateDefinition {
  const state = (key: string, type: string): StateDefinition => ({ id: `${name}.${key}`, key, type })
  const states = ['done', 'error', 'stopped'].map((key) => [key, state(key, 'final')] as const)
  return {
    id: name,
    key: name,
    initial: 'active',
    states: { active: state('active', 'atomic'), ...Object.fromEntries(states) },
  }
}

function toState(node: NodeLike, name: string): StateDefinition {
  const id = idOf(node, name)
  const states = Object.entries(node.states).map(([key, child]) => [key, toState(child, name)] as const)
  const initial = node.type === 'compound' ? node.initial?.target[0]?.key : undefined
  return compact({
    id,
    key: node.parent ? node.key : name,
    type: node.type,
    initial,
    history: node.history || undefined,
    target: node.type === 'history' ? historyTarget(node, name) : undefined,
    description: node.description,
    tags: node.tags.length > 0 ? node.tags : undefined,
    entry: toActions(node.entry),
    exit: toActions(node.exit),
    invoke: node.invoke.map(({ id, src }) => ({ id, src: typeof src === 'string' ? src : id })),
    on: groupBy(node.transitions, (event) => toEventType(event, node, name), name),
    after: groupBy(
      node.after.map((transition) => [String(transition.delay), [transition]] as const),
      (delay) => delay,
      name,
    ),
    always: node.always?.map((transition) => toTransition(transition, name)),
    states: Object.fromEntries(states),
  })
}

/** The id of a node, built from the actor's name and the path, so that targets of renamed machines still match. */
function idOf(node: NodeLike, name: string): string {
  return [name, ...node.path].join('.')
}

function historyTarget(node: NodeLike, name: string): readonly string[] | undefined {
  const { target } = node.config
  if (typeof target !== 'string' || node.parent === undefined) return undefined
  const sibling = node.parent.states[target]
  return sibling === undefined ? undefined : [`#${idOf(sibling, name)}`]
}

function groupBy(
  transitions: Iterable<readonly [string, readonly TransitionLike[]]>,
  keyOf: (event: string) => string | undefined,
  name: string,
): Record<string, TransitionDefinition[]> {
  const groups: Record<string, TransitionDefinition[]> = {}
  for (const [event, list] of transitions) {
    const key = keyOf(event)
    if (key === undefined) continue
    groups[key] = [...(groups[key] ?? []), ...list.map((transition) => toTransition(transition, name))]
  }
  return groups
}

/** Translates an event name: XState 5 renamed its own events, and `after` has a separate member in a definition. */
function toEventType(event: string, node: NodeLike, name: string): string | undefined {
  if (event.startsWith('xstate.after.')) return undefined
  if (event.startsWith('xstate.done.state.')) return `done.state.${idOf(node, name)}`
  return event
    .replace(/^xstate\.done\.actor\./, 'done.invoke.')
    .replace(/^xstate\.error\.actor\./, 'error.platform.')
}

function toTransition(transition: TransitionLike, name: string): TransitionDefinition {
  return compact({
    target: transition.target?.map((node) => `#${idOf(node, name)}`),
    cond: transition.guard === undefined ? undefined : nameOfGuard(transition.guard),
    actions: toActions(transition.actions),
    internal: transition.reenter !== true,
    description: transition.description,
  })
}

function toActions(actions: readonly unknown[]): Named[] {
  return actions.filter((action) => !isTimer(action)).map((action) => ({ type: nameOfAction(action) }))
}

/** True for the timers of `after`, which XState 5 lists among the entry and exit actions, where they are confusing. */
function isTimer(action: unknown): boolean {
  const { id, sendId } = (action ?? {}) as { id?: unknown; sendId?: unknown }
  return String(id ?? sendId ?? '').startsWith('xstate.after.')
}

function nameOfAction(action: unknown): string {
  // XState 4 interprets `xstate.assign` and similar names, and would read members that only its own actions have.
  return typeName(action, 'action').replace(/^xstate\./, '')
}

function nameOfGuard(guard: unknown): string {
  const { guards } = (guard ?? {}) as { guards?: readonly unknown[] }
  const name = typeName(guard, 'guard').replace(/^xstate\./, '')
  return Array.isArray(guards) ? `${name}(${guards.map(nameOfGuard).join(', ')})` : name
}

function typeName(value: unknown, unnamed: string): string {
  if (typeof value === 'string') return value
  const { type, name } = (value ?? {}) as { type?: unknown; name?: unknown }
  if (typeof type === 'string' && type !== '') return type
  return typeof name === 'string' && name !== '' ? name : unnamed
}

function compact<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
