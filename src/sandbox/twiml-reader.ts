/**
 * A strict reader for the part of TwiML this system writes. Verbs, nouns or attributes it does not know are refused,
 * so that a test notices what the real Twilio might silently ignore. Error codes are Twilio's (12100 not XML,
 * 12200 not TwiML, 31920/31922/31923 stream address).
 */

export interface StreamNoun {
  url: string;
  name?: string;
  statusCallback?: string;
  statusCallbackMethod?: string;
  parameters: Record<string, string>;
}

export type Verb =
  | { verb: 'connect'; stream: StreamNoun }
  | { verb: 'say'; text: string; voice?: string; language?: string }
  /** `whisper`: performed with the person called before they are joined. */
  | { verb: 'dial'; number: string; attributes: Record<string, string>; whisper?: Fetch }
  | { verb: 'gather'; says: readonly string[]; attributes: Record<string, string>; action: Fetch }
  | { verb: 'hangup' }
  | { verb: 'reject'; reason: string };

export type DialVerb = Extract<Verb, { verb: 'dial' }>;
export type GatherVerb = Extract<Verb, { verb: 'gather' }>;

/** A document somewhere else. */
export interface Fetch {
  url: string;
  method: 'GET' | 'POST';
}

export interface TwimlProblem {
  code: number;
  reason: string;
}

export type TwimlReading = { verbs: Verb[] } | { problem: TwimlProblem };

/** Twilio's limit for a document, in characters. */
const longestDocument = 65_536;
/** Twilio's limit for name and value of one `<Parameter>` together, in characters. */
const longestParameter = 500;

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

export function readTwiml(xml: string): TwimlReading {
  try {
    if (xml.length > longestDocument) throw new Refusal(11750, 'the document is too long');
    const root = parseXml(xml);
    if (root.name !== 'Response') throw new Refusal(12200, 'the root is not <Response>');
    checkShape(root, [], Object.keys(verbReaders));
    return { verbs: root.children.map((child) => readVerb(child)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: { code: error.code, reason: error.message } };
  }
}

const verbReaders: Record<string, (element: Element) => Verb> = {
  Connect: readConnect,
  Say: readSay,
  Dial: readDial,
  Gather: readGather,
  Hangup: readHangup,
  Reject: readReject,
};

function readVerb(element: Element): Verb {
  const read = Object.hasOwn(verbReaders, element.name) ? verbReaders[element.name] : undefined;
  if (!read) throw new Refusal(12200, `<${element.name}> is not a verb`);
  return read(element);
}

function readConnect(element: Element): Verb {
  checkShape(element, [], ['Stream']);
  const [stream, ...others] = element.children;
  if (!stream || others.length > 0) throw new Refusal(12200, '<Connect> needs one <Stream>');
  checkShape(stream, ['url', 'name', 'statusCallback', 'statusCallbackMethod'], ['Parameter']);
  const { url = '', name, statusCallback, statusCallbackMethod } = stream.attributes;
  checkStreamUrl(url);
  const parameters: Record<string, string> = {};
  for (const parameter of stream.children) {
    checkShape(parameter, ['name', 'value'], []);
    const { name: key = '', value = '' } = parameter.attributes;
    if (key.length + value.length >= longestParameter) {
      throw new Refusal(12200, 'a <Parameter> has 500 characters or more');
    }
    parameters[key] = value;
  }
  return {
    verb: 'connect',
    stream: {
      url,
      parameters,
      ...(name === undefined ? {} : { name }),
      ...(statusCallback === undefined ? {} : { statusCallback }),
      ...(statusCallbackMethod === undefined ? {} : { statusCallbackMethod }),
    },
  };
}

/** Twilio takes wss only and no query; ws is let through for loopback, where this system runs without certificates. */
function checkStreamUrl(address: string): void {
  if (!URL.canParse(address)) throw new Refusal(31923, 'the stream address is not absolute');
  const url = new URL(address);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'wss:' && !(url.protocol === 'ws:' && isLoopback)) {
    throw new Refusal(31922, 'the stream address is not wss');
  }
  if (address.includes('?')) throw new Refusal(31920, 'the stream address has a query');
}

function readSay(element: Element): Verb {
  checkShape(element, ['voice', 'language'], [], true);
  const { voice, language } = element.attributes;
  return {
    verb: 'say',
    text: element.text.trim(),
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
  };
}

const dialAttributes = [
  'callerId',
  'timeout',
  'timeLimit',
  'answerOnBridge',
  'ringTone',
  'action',
  'method',
];

function readDial(element: Element): Verb {
  checkShape(element, dialAttributes, ['Number'], true);
  const [noun, ...others] = element.children;
  if (noun) checkShape(noun, ['url', 'method'], [], true);
  readFetch(element, 'action');
  const whisper = noun && readFetch(noun, 'url');
  const number = (noun?.text ?? element.text).trim();
  if (others.length > 0 || !/^\+[1-9]\d{1,14}$/.test(number)) {
    throw new Refusal(13224, '<Dial> needs one number in E.164');
  }
  const { attributes } = element;
  return { verb: 'dial', number, attributes, ...(whisper ? { whisper } : {}) };
}

const gatherAttributes = [
  'input',
  'numDigits',
  'timeout',
  'speechTimeout',
  'language',
  'hints',
  'action',
  'method',
  'actionOnEmptyResult',
];

function readGather(element: Element): Verb {
  checkShape(element, gatherAttributes, ['Say']);
  const action = readFetch(element, 'action');
  if (!action) throw new Refusal(12200, '<Gather> needs an action here');
  for (const say of element.children) readSay(say);
  const says = element.children.map(({ text }) => text.trim());
  return { verb: 'gather', says, attributes: element.attributes, action };
}

/** Twilio takes relative addresses in documents it has fetched, not in those sent by REST: neither is taken here. */
function readFetch({ attributes }: Element, name: string): Fetch | undefined {
  const url = attributes[name];
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Refusal(15004, `the ${name} is not an absolute address`);
  return { url, method: attributes.method === 'GET' ? 'GET' : 'POST' };
}

function readHangup(element: Element): Verb {
  checkShape(element, [], []);
  return { verb: 'hangup' };
}

function readReject(element: Element): Verb {
  checkShape(element, ['reason'], []);
  return { verb: 'reject', reason: element.attributes.reason ?? 'rejected' };
}

function checkShape(
  element: Element,
  attributes: readonly string[],
  children: readonly string[],
  mayHaveText = false,
): void {
  const { name } = element;
  for (const attribute of Object.keys(element.attributes)) {
    if (!attributes.includes(attribute)) {
      throw new Refusal(12200, `<${name}> has the unknown attribute ${attribute}`);
    }
  }
  for (const child of element.children) {
    if (!children.includes(child.name)) {
      throw new Refusal(12200, `<${name}> may not contain <${child.name}>`);
    }
  }
  if (!mayHaveText && element.text.trim() !== '') {
    throw new Refusal(12200, `<${name}> may not contain text`);
  }
}

/** One piece of markup at a time: prolog, comment, closing tag, opening tag, text. */
const prolog = /^\s*<\?xml[^?]*\?>/;
const piece =
  /<!--(?:(?!--)[\s\S])*-->|<\/([A-Za-z]+)\s*>|<([A-Za-z]+)((?:\s+[A-Za-z]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;
const attribute = /\s+([A-Za-z]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

function parseXml(xml: string): Element {
  const body = xml.replace(prolog, '');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  piece.lastIndex = 0;
  for (let at = 0; at < body.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const found = piece.exec(body);
    const parent = open.at(-1);
    if (!found || !parent) throw new Refusal(12100, 'the document is not well-formed XML');
    const [whole, closing, opening, attributes = '', selfClosing] = found;
    if (closing !== undefined) {
      if (open.length === 1 || parent.name !== closing) {
        throw new Refusal(12100, `</${closing}> closes nothing`);
      }
      open.pop();
    } else if (opening !== undefined) {
      const element = {
        name: opening,
        attributes: parseAttributes(attributes),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    } else if (!whole.startsWith('<!--')) {
      parent.text += decodeEntities(whole);
    }
  }
  const [root, ...others] = top.children;
  if (!root || others.length > 0 || open.length > 1 || top.text.trim() !== '') {
    throw new Refusal(12100, 'the document needs exactly one closed root element');
  }
  return root;
}

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let at = 0; at < text.length; at = attribute.lastIndex) {
    attribute.lastIndex = at;
    const found = attribute.exec(text);
    const name = found?.[1];
    if (!found || name === undefined || Object.hasOwn(attributes, name)) {
      throw new Refusal(12100, 'an attribute is not well-formed');
    }
    attributes[name] = decodeEntities(found[2] ?? found[3] ?? '');
  }
  return attributes;
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeEntities(text: string): string {
  return text.replace(/&([^;&]*;?)/g, (_, reference: string) => {
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(reference);
    const point = number ? Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10) : -1;
    if (point > 0 && point <= 0x10_ff_ff) return String.fromCodePoint(point);
    const character = reference.endsWith(';') ? entities.get(reference.slice(0, -1)) : undefined;
    if (character === undefined) throw new Refusal(12100, 'an & is not part of an entity');
    return character;
  });
}
