/** Hook that loads data for a page, again whenever a dependency changes. */
import { useEffect, useState } from 'preact/hooks'

/** Loaded data, or the error of the last load; both null at first. */
export interface Loaded<T> {
  readonly value: T | null
  readonly error: string | null
  /** Loads again. */
  reload(): void
}

/** Loads at first and whenever one of `on` changes; an outdated response is dropped. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: string | null }>({ value: null, error: null })
  const [version, setVersion] = useState(0)
  useEffect(() => {
    const abort = new AbortController()
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setState({ value, error: null })
      },
      (error: Error) => {
        if (!abort.signal.aborted) setState((before) => ({ ...before, error: error.message }))
      },
    )
    return () => abort.abort()
  }, [...on, version])
  return { ...state, reload: () => setVersion((before) => before + 1) }
}
