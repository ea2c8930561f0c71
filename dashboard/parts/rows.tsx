/** A table that renders only visible rows, so that thousands of rows scroll smoothly. */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

const rowHeight = 44
const spare = 8

interface RowsProps<T> {
  readonly items: readonly T[]
  readonly label: string
  readonly head: ComponentChildren
  readonly columns: number
  keyOf(item: T): string
  /** Search text; a change scrolls the list to its top. */
  readonly question?: string
  /** Receives the items whose rows are rendered. */
  onShown?(items: readonly T[]): void
  /** The cells of a row. */
  row(item: T): ComponentChildren
}

export function Rows<T>({ items, label, head, columns, question = '', keyOf, onShown, row }: RowsProps<T>) {
  const frame = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: 800 })
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const measure = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  // After the list becomes shorter, the scroll position may be past its end until the browser scrolls.
  const screen = Math.ceil(seen.height / rowHeight)
  const top = Math.min(Math.floor(seen.top / rowHeight), Math.max(0, items.length - screen))
  const first = Math.max(0, top - spare)
  const last = Math.min(items.length, top + screen + 1 + spare)
  const shown = items.slice(first, last)
  const shownKeys = shown.map(keyOf).join('\n')
  useEffect(() => onShown?.(shown), [shownKeys])
  // Scrolls to the top for another search before the list is painted, so that later scrolling by the user is kept.
  useLayoutEffect(() => frame.current?.scrollTo(0, 0), [question])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable by keyboard
    <section class="rows" ref={frame} tabIndex={0} aria-label={label}>
      <table aria-rowcount={items.length + 1}>
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns} />
          {shown.map((item, i) => (
            <tr key={keyOf(item)} aria-rowindex={first + i + 2}>
              {row(item)}
            </tr>
          ))}
          <Gap rows={items.length - last} columns={columns} />
        </tbody>
      </table>
    </section>
  )
}

function Gap({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows <= 0) return null
  return (
    <tr class="gap">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  )
}
