/** A button that copies a text. */
import type { ComponentChildren } from 'preact'
import { notify } from './do.tsx'

interface CopyProps {
  /** The text, made when it is needed. */
  text(): string
  readonly children: ComponentChildren
}

export function Copy({ text, children }: CopyProps) {
  return (
    <button type="button" class="button" onClick={() => void copy(text())}>
      {children}
    </button>
  )
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('Copied.')
  } catch {
    notify('The browser does not allow copying.', true)
  }
}
