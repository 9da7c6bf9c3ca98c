/** Whether every word that was typed occurs in the label, in any order, whatever the case and the accents. */
export function matches(label: string, typed: string): boolean {
  const plainLabel = plain(label)
  return plain(typed)
    .split(/\s+/)
    .every((word) => plainLabel.includes(word))
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim()
}
