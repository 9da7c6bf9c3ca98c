/** Whether an error says that the database could not be reached, and not that we asked it something wrong. */
export function isDatabaseAway(error) {
  return error.code === 'DATABASE_UNREACHABLE' || error.code === 'SERVER_ERROR'
}
