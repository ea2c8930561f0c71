/** Texts within Mermaid diagrams. */

/** The maximum number of characters of a text. */
const maxName = 80

/**
 * Text that Mermaid shows as it is. All other than ASCII alphanumerics and a few harmless characters become character codes: a line break or `;` would
 * end the statement, `#` begins a comment, `%%{` a directive, `<` an element, and Mermaid's own placeholders are not ASCII.
 */
export function escapeText(text: string): string {
  const characters = [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()]
  const shown = characters.length > maxName ? [...characters.slice(0, maxName - 1), '…'] : characters
  const escaped = shown.map((each) =>
    /[A-Za-z0-9 ._,/'()-]/.test(each)
      ? each
      : `#${/[\uD800-\uDFFF]/.test(each) && each.length === 1 ? 65_533 : each.codePointAt(0)};`,
  )
  return escaped.join('') || '#32;'
}
