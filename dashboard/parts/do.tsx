/** Doing something: the button, what came of it, and asking twice before what cannot be undone. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ApiError, ask } from '../api.ts'
import { isReadOnly, loadAll } from '../store.ts'

/** What is said at the foot of the page for a while. */
export const notice = signal<{ readonly text: string; readonly isBad: boolean } | null>(null)
let noticeTimer = 0

export function say(text: string, isBad = false): void {
  notice.value = { text, isBad }
  clearTimeout(noticeTimer)
  noticeTimer = setTimeout(
    () => {
      notice.value = null
    },
    isBad ? 12_000 : 4_000,
  )
}

/** Asks, says what came of it, and tells whether it went well. */
export async function perform(method: string, path: string, body: unknown, done: string): Promise<boolean> {
  try {
    await ask(method, path, body)
    say(done)
    return true
  } catch (error) {
    say(
      error instanceof ApiError
        ? [error.message, error.problem.hint].filter(Boolean).join(' ')
        : 'Nobody answers.',
      true,
    )
    return false
  }
}

interface DoProps {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  readonly done: string
  readonly children: ComponentChildren
  /** Asked before it is done. */
  readonly sure?: string
  readonly isDisabled?: boolean
  readonly kind?: 'plain' | 'main' | 'danger'
  readonly label?: string
  readonly after?: () => void
}

/** A button that does one thing. Where one may only look there is none. */
export function Do({
  method = 'POST',
  path,
  body,
  done,
  children,
  sure,
  isDisabled = false,
  kind = 'plain',
  label,
  after,
}: DoProps) {
  if (isReadOnly.value) return null
  const act = async (): Promise<void> => {
    if (sure !== undefined && !confirm(sure)) return
    if (await perform(method, path, body, done)) after?.()
    else if (method === 'DELETE') await loadAll()
  }
  return (
    <button
      type="button"
      class={`button button-${kind}`}
      disabled={isDisabled}
      aria-label={label}
      onClick={() => void act()}
    >
      {children}
    </button>
  )
}
