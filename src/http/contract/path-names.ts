/**
 * Encoding of names in paths. Names are percent-encoded as usual. URL parsers resolve `.` and `..` as path steps, so these names, and names
 * that begin with `~`, are prefixed with `~`.
 */

/** The path segment of a name. */
export function toSegment(name: string): string {
  const escaped = name === '.' || name === '..' || name.startsWith('~') ? `~${name}` : name
  // A lone surrogate cannot be encoded; the replacement character takes its place.
  return encodeURIComponent(escaped.replace(/\p{Surrogate}/gu, '\u{FFFD}'))
}

/** The name in a decoded segment. */
export function fromSegment(segment: string): string {
  return segment.startsWith('~') ? segment.slice(1) : segment
}
