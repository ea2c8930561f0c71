/**
 * The view that one caller has of a session: the one place where `authorize` decides on reading.
 *
 * A task that the caller may not read is absent: it is in no list, nothing is recorded of it, and its name answers as any unknown
 * name does. Texts of other tasks that quote its name are masked. Whoever is asked without `authorize` sees everything, at no cost.
 */
import { near, type Session, type Task, TaskNotFoundError } from '../../app/index.ts'
import { hiddenName, Mask, textsIn } from './mask.ts'

/** Tells whether the caller may read a task. */
export type MayRead = (task: string) => boolean | Promise<boolean>

export class View {
  readonly #session: Session
  readonly #ask: MayRead | null
  readonly #known = new Map<string, boolean>()
  #mask: Mask | null = null

  /** @param ask - Null where nothing is hidden. */
  constructor(session: Session, ask: MayRead | null) {
    this.#session = session
    this.#ask = ask
  }

  /** True if nothing can be hidden, so that nothing has to be checked. */
  get isWhole(): boolean {
    return this.#ask === null
  }

  /** Decides on all tasks of the session. To be awaited before anything else is asked. */
  async open(): Promise<this> {
    if (this.#ask !== null) await this.learn(this.#session.tasks().map(({ name }) => name))
    return this
  }

  /** Decides on more names: of tasks that are gone, or that came later. */
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

  /** @throws TaskNotFoundError for a task that is absent or hidden, with near names that are neither. */
  task(name: string): Task {
    if (!this.has(name)) throw this.notFound(name)
    return this.#session.task(name)
  }

  has(name: string): boolean {
    return !this.hides(name) && this.#session.has(name)
  }

  /** The error of a task that is not there for this caller. */
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

  /** Runs that live. */
  runs(): ReturnType<Session['runs']> {
    const runs = this.#session.runs()
    return this.#ask === null ? runs : runs.filter(({ task }) => !this.hides(task))
  }

  /** What is shown of things that each are of a task, or of none. */
  async only<T>(items: readonly T[], taskOf: (item: T) => string | null | undefined): Promise<readonly T[]> {
    if (this.#ask === null) return items
    const named = items.map(taskOf)
    await this.learn(named.filter((name) => typeof name === 'string'))
    return items.filter((_, i) => named[i] === null || named[i] === undefined || !this.hides(named[i]!))
  }

  /** Names in texts that must be decided on before the texts are shown. */
  undecidedIn(value: unknown): readonly string[] {
    if (this.#ask === null) return []
    return Mask.namesIn(value).filter((name) => !this.#known.has(name))
  }

  /** A copy of plain data in which hidden names are masked. The name of a visible task stays, whatever it quotes. */
  shown<T>(value: T): T {
    if (this.#ask === null) return value
    return this.#masking().value(value, (text) => this.#known.get(text) === true)
  }

  /** The same, after deciding on the names that its texts tell of. */
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
