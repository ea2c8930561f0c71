/**
 * What a method hands over with the event that it sends.
 *
 * Every method is one event, yet it has something of its own to give back: the task it made, the handle of the run. The
 * event's effect does the errand. An actor that is within a step of its own takes the event only after the method has
 * returned: then the errand is done at once, and the effect finds it done.
 */
export class Errand {
  #act: (() => void) | null

  constructor(act: () => void) {
    this.#act = act
  }

  /** Does it, the first time. */
  do(): void {
    const act = this.#act
    this.#act = null
    act?.()
  }

  /** Inspectors show events as data; an errand is none. */
  toJSON(): undefined {
    return undefined
  }
}

/**
 * Sends the event that carries the errand, and sees to it that it is done when this returns: gives back what `act` gave, and
 * throws what it threw, since an error belongs to whoever called and not to the actor.
 */
export function carry<T>(act: () => T, event: (errand: Errand) => void): T {
  let came: { readonly value: T } | { readonly error: unknown } | undefined
  const errand = new Errand(() => {
    try {
      came = { value: act() }
    } catch (error) {
      came = { error }
    }
  })
  event(errand)
  errand.do()
  if (came === undefined || 'error' in came) throw came?.error
  return came.value
}
