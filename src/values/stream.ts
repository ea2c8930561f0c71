/** A test for streams of all libraries: values with a method `subscribe`. */

/** A stream of RxJS or another library. */
export interface StreamLike {
  subscribe(observer: {
    next: (value: unknown) => void
    error: (error: unknown) => void
    complete: () => void
  }): { unsubscribe(): void }
}

/** True for objects with a `subscribe` method. */
export function isStream(value: unknown): value is StreamLike {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<StreamLike>).subscribe === 'function'
  )
}
