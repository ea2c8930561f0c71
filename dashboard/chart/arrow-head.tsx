/** Arrow head; lines refer to it by `marker-end="url(#…)"`. */
export function ArrowHead({ id }: { readonly id: string }) {
  return (
    <defs>
      <marker
        id={id}
        markerUnits="userSpaceOnUse"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="8"
        markerHeight="8"
        orient="auto"
      >
        <path d="M0,0 L8,4 L0,8 z" class="arrow" />
      </marker>
    </defs>
  )
}
