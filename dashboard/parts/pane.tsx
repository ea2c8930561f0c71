/** A pane for a drawing that may be larger: it scrolls, can be dragged, and zooms. */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

const smallest = 0.25
const largest = 3
const step = 1.25

interface PaneProps {
  readonly width: number
  readonly height: number
  readonly label: string
  /** The part of the drawing that is visible at first; null for the upper left corner. */
  readonly first: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  } | null
  /** Content of the SVG. */
  readonly children: ComponentChildren
}

export function Pane({ width, height, label, first, children }: PaneProps) {
  const frame = useRef<HTMLElement>(null)
  const [zoom, setZoom] = useState(1)
  const change = (to: number): void => setZoom(Math.min(largest, Math.max(smallest, to)))
  useEffect(() => {
    const element = frame.current!
    // Not passive: the browser would zoom the page as well.
    const turn = (event: WheelEvent): void => {
      if (!event.ctrlKey) return
      event.preventDefault()
      setZoom((before) =>
        Math.min(largest, Math.max(smallest, before * (event.deltaY < 0 ? step : 1 / step))),
      )
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [])
  useLayoutEffect(() => {
    const element = frame.current!
    if (first === null) return
    const { clientWidth, clientHeight } = element
    if (first.x + first.width > clientWidth) element.scrollLeft = first.x + (first.width - clientWidth) / 2
    if (first.y + first.height > clientHeight) element.scrollTop = first.y + (first.height - clientHeight) / 2
  }, [])
  const fit = (): void => {
    const { clientWidth, clientHeight } = frame.current!
    change(Math.min(1, clientWidth / width, clientHeight / height))
  }
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '+') change(zoom * step)
    else if (event.key === '-') change(zoom / step)
    else if (event.key === '0') change(1)
    else return
    event.preventDefault()
  }
  return (
    <div class="pane">
      <div class="pane-tools">
        <button type="button" class="button" aria-label="Zoom out" onClick={() => change(zoom / step)}>
          −
        </button>
        <button
          type="button"
          class="button"
          aria-label={`${Math.round(zoom * 100)} %: actual size`}
          onClick={() => change(1)}
        >
          {Math.round(zoom * 100)} %
        </button>
        <button type="button" class="button" aria-label="Zoom in" onClick={() => change(zoom * step)}>
          +
        </button>
        <button type="button" class="button" aria-label="Fit into the pane" onClick={fit}>
          Fit
        </button>
      </div>
      <section
        class="scroll pane-frame"
        ref={frame}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
        tabIndex={0}
        aria-label={`${label}, drawn`}
        onKeyDown={press}
        onPointerDown={drag}
      >
        <svg
          viewBox={`0 0 ${width} ${height}`}
          width={Math.round(width * zoom)}
          height={Math.round(height * zoom)}
          role="img"
          aria-label={label}
        >
          {children}
        </svg>
      </section>
    </div>
  )
}

/** Scrolls with the mouse while its button is pressed; fingers scroll by themselves. */
function drag(event: PointerEvent): void {
  const element = event.currentTarget as HTMLElement
  if (event.pointerType !== 'mouse' || event.button !== 0) return
  let [x, y] = [event.clientX, event.clientY]
  const move = (moved: PointerEvent): void => {
    element.scrollLeft += x - moved.clientX
    element.scrollTop += y - moved.clientY
    ;[x, y] = [moved.clientX, moved.clientY]
  }
  const stop = (): void => {
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', stop)
    removeEventListener('pointercancel', stop)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', stop)
  addEventListener('pointercancel', stop)
}
