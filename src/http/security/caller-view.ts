/**
 * One caller's view of a session: the single place where `authorize` decides on reading.
 *
 * A task that the caller may not read is absent: it is in no list or record, and its name is treated like an unknown one. Texts of other
 * tasks that quote its name are masked. Without `authorize` everything is visible, and the view costs nothing.
 */
import { type Session, type Task, TaskNotFoundError } from '../../app/index.ts'
import { near } from '../../app/internal/index.ts'
import { hiddenName, Mask, textsIn } from './mask.ts'

/** Decision on whether the caller may read a task. */
export type MayRead = (task: string) => boolean | Promise<boolean>

export class View {
  readonly #session: Session
  readonly #ask: MayRead | null
  readonly #known = new Map<string, boolean>()
  #mask: Mask | null = null

  /** @param ask - The decision on a task; null if nothing is hidden. */
  constructor(session: Session, ask: MayRead | null) {
    this.#session = session
    this.#ask = ask
  }

  /** True if nothing can be hidden and no check is needed. */
  get isWhole(): boolean {
    return this.#ask === null
  }

  /** Decides on all tasks of the session. Must be awaited before any other call. */
  async open(): Promise<this> {
    if (this.#ask !== null) await this.learn(this.#session.tasks().map(({ name }) => name))
    return this
  }

  /** Decides on further names: of removed tasks, or of tasks added later. */
  async learn(names: Iterable<string>): Promise<void> {
    const ask = this.#ask
    if (ask === null) return
    const asked = [...new Set(names)].filter((name) => !this.#known.has(name))
    await Promise.all(
      asked.map(async (name) => {
        const isAllowed = (await ask(name)) === true
        this.#known.set(name, isAllowed)
        if (!isAllowed) this.#mask = null
      }),
    )
  }

  /** True if there is a decision on a name. */
  knows(name: string): boolean {
    return this.#ask === null || this.#known.has(name)
  }

  /** True if a task is hidden. A task without a decision is hidden. */
  hides(name: string): boolean {
    return this.#ask !== null && this.#known.get(name) !== true
  }

  async mayRead(name: string): Promise<boolean> {
    await this.learn([name])
    return !this.hides(name)
  }

  /** The task of a name. @throws TaskNotFoundError, with similar visible names, for an absent or hidden task. */
  task(name: string): Task {
    if (!this.has(name)) throw this.notFound(name)
    return this.#session.task(name)
  }

  has(name: string): boolean {
    return !this.hides(name) && this.#session.has(name)
  }

  /** The error for a task that this caller cannot see. */
  notFound(name: string): TaskNotFoundError {
    return new TaskNotFoundError(
      name,
      near(
        name,
        this.tasks().map((task) => task.name),
      ),
    )
  }

  tasks(): Task[] {
    const tasks = this.#session.tasks()
    return this.#ask === null ? tasks : tasks.filter(({ name }) => !this.hides(name))
  }

  /** Live runs of visible tasks. */
  runs(): ReturnType<Session['runs']> {
    const runs = this.#session.runs()
    return this.#ask === null ? runs : runs.filter(({ task }) => !this.hides(task))
  }

  /** The items that belong to a visible task or to none. */
  async only<T>(items: readonly T[], taskOf: (item: T) => string | null | undefined): Promise<readonly T[]> {
    if (this.#ask === null) return items
    const named = items.map(taskOf)
    await this.learn(named.filter((name) => typeof name === 'string'))
    return items.filter((_, i) => named[i] === null || named[i] === undefined || !this.hides(named[i]!))
  }

  /** Names in texts that still need a decision before the texts can be shown. */
  undecidedIn(value: unknown): readonly string[] {
    if (this.#ask === null) return []
    return Mask.namesIn(value).filter((name) => !this.#known.has(name))
  }

  /** A copy of plain data with hidden names masked. The name of a visible task is kept, even if it quotes a hidden one. */
  shown<T>(value: T): T {
    if (this.#ask === null) return value
    return this.#masking().value(value, (text) => this.#known.get(text) === true)
  }

  /** The masked copy, after a decision on all names in its texts. */
  async shownAfterAsking<T>(value: T): Promise<T> {
    if (this.#ask === null) return value
    await this.learn(Mask.namesIn(value))
    return this.shown(value)
  }

  /** True if a text quotes a hidden task. */
  isAbout(text: string): boolean {
    return this.#ask !== null && this.#masking().text(text).includes(hiddenName)
  }

  /** True if plain data names a hidden task anywhere: as a text, or quoted in one. */
  isNamedIn(value: unknown): boolean {
    if (this.#ask === null) return false
    return textsIn(value).some((text) => this.#known.get(text) === false || this.isAbout(text))
  }

  /** True if a hidden name occurs anywhere in plain data, even in the id of an actor. */
  isWithin(value: unknown): boolean {
    if (this.#ask === null) return false
    const texts = textsIn(value)
    return this.#hidden().some((name) => texts.some((text) => text.includes(name)))
  }

  #hidden(): string[] {
    return [...this.#known].filter(([, isAllowed]) => !isAllowed).map(([name]) => name)
  }

  #masking(): Mask {
    return (this.#mask ??= new Mask(this.#hidden()))
  }
}
