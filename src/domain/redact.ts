const SECRET_PARAMETER =
  /(^|[?&#;,\s])([\w.-]*(?:pass|pwd|token|key|secret|auth|sig|credential|streamid|user)[\w.-]*)=[^&\s]*/gi;

/** User and password in the authority part, which ends at the first slash. */
const USER_INFO = /\/\/[^/?#\s]+@/g;

/** The same where the password itself holds a slash: what follows the colon is then no port number. */
const USER_INFO_WITH_SLASH = /\/\/[^\s/?#:@]+:(?!\d*(?:[/?#\s]|$))\S*@/g;

const URI_IN_TEXT = /[a-z][a-z0-9+.-]*:\/\/[^\s'"<>]+/gi;

/** Another file, a segment of a local playlist for instance: its name is kept, its folder is not. */
const FILE_IN_TEXT = /file:[^'"<>\n]*\/([^'"<>\s/]+)/gi;

/** A URI as it may be shown: without user, password, and the values of parameters that carry secrets. */
export function redactUri(uri: string): string {
  return uri
    .replace(USER_INFO, '//***@')
    .replace(USER_INFO_WITH_SLASH, '//***@')
    .replace(SECRET_PARAMETER, '$1$2=***');
}

/** Text of ffmpeg as it may be shown: the input under its display name, every other URI redacted. */
export function redactText(text: string, input: string, displayName: string): string {
  const named = input === '' ? text : text.replaceAll(input, displayName);
  return named.replace(FILE_IN_TEXT, '$1').replace(URI_IN_TEXT, redactUri);
}
