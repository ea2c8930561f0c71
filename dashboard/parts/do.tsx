/** Action buttons, with a notice of the result, and a confirmation of irreversible actions. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ApiError, ask } from '../api.ts'
import { isReadOnly, loadAll } from '../store.ts'

/** Notice at the foot of the page; it disappears after some seconds. */
export const notice = signal<{ readonly text: string; readonly isBad: boolean } | null>(null)
let noticeTimer = 0

export function notify(text: string, isBad = false): void {
  notice.value = { text, isBad }
  clearTimeout(noticeTimer)
  noticeTimer = setTimeout(
    () => {
      notice.value = null
    },
    isBad ? 12_000 : 4_000,
  )
}

/** Sends a request and shows a notice of the result; resolves to true on success. */
export async function perform(method: string, path: string, body: unknown, done: string): Promise<boolean> {
  try {
    await ask(method, path, body)
    notify(done)
    return true
  } catch (error) {
    notify(
      error instanceof ApiError
        ? [error.message, error.problem.hint].filter(Boolean).join(' ')
        : 'The server does not respond.',
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
  /** Question to confirm before the request. */
  readonly sure?: string
  readonly isDisabled?: boolean
  readonly kind?: 'plain' | 'main' | 'danger'
  readonly label?: string
  readonly after?: () => void
}

/** A button that sends one request; not rendered for callers with read access. */
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
