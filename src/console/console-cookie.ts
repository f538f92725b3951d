/**
 * How the browser keeps its token. On https the `__Host-` name: set by this host alone, over https, for every path. A
 * console on plain http is on loopback, where browsers differ on what they take as secure: there it has a name of its own.
 */
export function consoleCookie(isHttps: boolean) {
  const name = isHttps ? '__Host-alo' : 'alo-console';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${isHttps ? '; Secure' : ''}`;
  return {
    /** The token that a `Cookie` header carries; nothing when there is none, or two that differ. */
    read(header: string | undefined): string | undefined {
      const values = (header ?? '')
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part.startsWith(`${name}=`))
        .map((part) => part.slice(name.length + 1));
      const [first] = new Set(values);
      return new Set(values).size === 1 && first && tokenShape.test(first) ? first : undefined;
    },
    /** No `Max-Age`: it goes with the browser, and the server decides anyway. */
    set: (token: string) => `${name}=${token}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}

/** 256 random bits, base64url. */
export const tokenShape = /^[A-Za-z0-9_-]{43}$/;
