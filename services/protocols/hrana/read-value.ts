import { expected, readObject, readString } from './json-reader.ts'
import { isBase64, isInteger64, type WireValue } from './values.ts'

/** Checks one value from the wire. Throws `HranaFormatError`. */
export function readValue(json: unknown, place: string): WireValue {
  const object = readObject(json, place)
  const value = object['value']
  const valuePlace = `${place}.value`
  switch (object['type']) {
    case 'null':
      return { type: 'null' }
    case 'integer': {
      const text = readString(value, valuePlace)
      if (!isInteger64(text)) throw expected(valuePlace, 'an integer of 64 bits as a string', value)
      return { type: 'integer', value: text }
    }
    case 'float':
      // A number beyond the range of a double arrives as infinity, which SQLite can store.
      if (typeof value !== 'number') throw expected(valuePlace, 'a number', value)
      return { type: 'float', value }
    case 'text':
      return { type: 'text', value: readString(value, valuePlace) }
    case 'blob': {
      const base64 = readString(object['base64'], `${place}.base64`)
      if (!isBase64(base64)) throw expected(`${place}.base64`, 'base64', base64)
      return { type: 'blob', base64 }
    }
    default:
      throw expected(`${place}.type`, 'null, integer, float, text or blob', object['type'])
  }
}
