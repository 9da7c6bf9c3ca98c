/** A run in words, for those who may not know the protocols. */
export { resultText, secondText } from '../../protocols/traffic/words.ts'
