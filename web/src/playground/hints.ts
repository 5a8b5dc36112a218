/** What to do about an error, by its code. */
export const HINTS: Record<string, string> = {
  BAD_USER_INPUT: 'Change the request where the message says; sent again as it is, it fails again.',
  CONFLICT: 'Somebody changed the record, or the key stands for another request. Read it again, and decide anew.',
  LIMIT_EXCEEDED: 'Ask for less at once: fewer rows (first), fewer levels, or several requests.',
  UNAUTHENTICATED: 'Log in with the button above, or send an access token in “Headers”, as authorization. Of this request nothing was done.',
  FORBIDDEN: 'Your role does not allow it, or this gateway answers a list of documents only. An administrator gives another role, the operator adds to the list.',
  TOO_MANY_ATTEMPTS: 'Wait for as many seconds as retryAfter says; a log-in before that is not looked at.',
  PERSISTED_QUERY_NOT_FOUND: 'No document is known under this id or hash. Send its text too.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'Persisted queries are switched off here. Send the text alone.',
  ACCESS_LOG_UNAVAILABLE: 'The access log cannot be written now, and nothing is told without it. Try again; if it stays so, ask the operator.',
  DATABASE_UNAVAILABLE: 'The records cannot be reached now. Try again; if it stays so, the operator sees why at /readyz.',
  GRAPH_UNAVAILABLE: 'The graph cannot be reached now, so its fields are null; all others are answered. Try again.',
  TIMEOUT: 'Ask for less, or narrow the filter: the request ran out of time.',
  INTERNAL: 'A fault of the gateway. Give its operator the request id: the log has the details under it.',
};
