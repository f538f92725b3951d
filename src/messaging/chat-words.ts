/** What the chat says itself, in plain Portuguese. */
export const chatWords = {
  welcome: 'Por favor, informe em poucas palavras como posso ser útil para você hoje.',
  protocol: (code: string) => `O protocolo é ${code}.`,
} as const;
