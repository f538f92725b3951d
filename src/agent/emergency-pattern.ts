/** In the order in which one is told of several: the more particular before the more general. */
export const emergencyKinds = [
  'infant',
  'pregnancy',
  'poisoning',
  'allergy',
  'choking',
  'stroke',
  'heart',
  'seizure',
  'unconscious',
  'bleeding',
  'breathing',
  'injury',
  'suicide',
  'other',
] as const;
export type EmergencyKind = (typeof emergencyKinds)[number];

export interface DangerPattern {
  kind: EmergencyKind;
  pattern: RegExp;
  /** These words in the same clause make it something else: “peito do pé”, “pelo nariz”. */
  unless?: RegExp;
}

/** Recognisers and callers swallow letters: “respirano”, “passano”. */
const spoken = (source: string) => source.replaceAll('ndo', 'nd?o');
const exact = (source: string) => new RegExp(`(?<!\\w)(?:${spoken(source)})(?!\\w)`, 'g');
const among = (source: string) => new RegExp(`(?<!\\w)(?:${spoken(source)})`);

export const danger = (kind: EmergencyKind, source: string, unless?: string): DangerPattern => ({
  kind,
  pattern: exact(source),
  ...(unless ? { unless: among(unless) } : {}),
});

/** Up to so many words in between, in the same sentence; none of them turns it round. */
export const few = (most: number) => `(?:(?!(?:nao|nem|sem|mas) |\\.)\\S+ ){0,${most}}`;

export const is = '(?:esta|estao|estou|estava|ta|to|tou|tao|ficou|fico|fica|ficando|parece|anda)';
export const be = `(?:${is} )?`;
export const very = '(?:(?:muito|todo|toda|tudo|bem|meio|tao|completamente|mais|assim) )*';
export const cannot =
  'nao (?:(?:to|ta|esta|estou|tou|estava) )?(?:mais )?(?:consigo|consegue|consegui|conseguindo|podendo|posso)';
export const someone =
  '(?:ele|ela|mae|mainha|mamae|pai|painho|papai|avo|vo|vovo|voinh[oa]|colega|cunhad[oa]|prim[oa]|namorad[oa]|genro|nora|marido|mulher|esposa|esposo|filh[oa]|irma|irmao|ti[oa]|sogr[oa]|pessoa|homem|moca|rapaz|paciente|amig[oa]|vizinh[oa]|net[oa]|bebe|nenem|crianca|menin[oa])';
export const baby =
  '(?:bebe|nenem|nene|recem nascid[oa]|filh[oa]|filhinh[oa]|crianca|net[oa]|netinh[oa]|menin[oa]|sobrinh[oa])';

/** “Teve um infarto” is most often a history that is told to book an exam; these make it happen now. */
export const rightNow = `(?:tendo|dando|sofrendo|acho que ${few(4)}|parece (?:que ${few(3)})?|sera que ${few(3)}|sintomas? de|sinal de|sinais de|(?:isso )?[eE] um) ?(?:(?:um|uma|[eE]|principio de|inicio de) )*`;
export const justNow = '(?:agora|aqui|hoje|ha pouco|neste momento|nesse momento)';
export const nose =
  'pelo nariz|nariz (?:\\w+ ){0,2}(?:entupid|trancad|congestionad|fechad)|narina|septo|adenoide';
export const sleep = 'dormi|apneia|ronca(?!n)|durante o sono';
