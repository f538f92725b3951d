import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Which folders of `src/` each folder may import: the table of docs/architecture.md. Itself is always allowed. */
const mayImport: Record<string, string[]> = {
  console: ['call', 'messaging', 'agent', 'scheduling', 'platform'],
  messaging: ['agent', 'platform'],
  call: ['agent', 'audio', 'platform'],
  agent: ['scheduling', 'platform'],
  scheduling: ['platform'],
  storage: ['console', 'call', 'messaging', 'agent', 'scheduling', 'platform'],
  sandbox: ['audio', 'platform'],
  twilio: ['platform'],
  openai: ['platform'],
  audio: [],
  platform: [],
  web: [],
};

/** Files directly under `src/`: they assemble, so they may import anything. */
export const compositionRoots = [
  'main.ts',
  'app.ts',
  'new-call.ts',
  'new-messaging.ts',
  'new-live.ts',
  'new-console.ts',
  'new-web-chat.ts',
  'outside.ts',
  'web-server.ts',
  'config.ts',
  'demo.ts',
  'demo-whatsapp.ts',
  'doctor.ts',
  'clinic.ts',
  'api-key.ts',
  'call-list.ts',
  'user.ts',
  'audit.ts',
  'import-files.ts',
  'web-build.ts',
];
const roots = `^src/(${compositionRoots.join('|').replaceAll('.', '\\.')})$`;
/** Contracts hold shapes and the few pure names that go with them. */
const contract = '-(record|store)\\.ts$';
const packaged = (name: string) => `(^|node_modules/)${name}(/|$)`;

/** Shapes of what the server tells the browser, which may import them as types. */
const view = '^src/(console|messaging)/([^/]+-view|roles)\\.ts$';

/** Files that stand at the wire and may use the carrier's vocabulary. */
const edge = '-routes\\.ts$';

const folders: IForbiddenRuleType[] = Object.entries(mayImport).flatMap(([folder, others]) => [
  {
    name: `${folder}-imports-only-${others.join('-') || 'itself'}`,
    severity: 'error' as const,
    from: { path: `^src/${folder}/`, pathNot: edge },
    to: {
      path: '^(src|tests|bench|faults|scripts)/',
      pathNot: [`^src/(${[folder, ...others].join('|')})/`, ...(folder === 'web' ? [view] : [])],
    },
  },
  {
    name: `${folder}-routes-import-also-twilio`,
    severity: 'error' as const,
    from: { path: `^src/${folder}/.*${edge}` },
    to: {
      path: '^(src|tests|bench|faults|scripts)/',
      pathNot: `^src/(${[folder, ...others, 'twilio'].join('|')})/`,
    },
  },
]);

const rules: IForbiddenRuleType[] = [
  ...folders,
  {
    name: 'no-cycle',
    comment: 'Type-only imports count: two files that need each other are one file.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'storage-imports-contracts-only',
    severity: 'error',
    from: { path: '^src/storage/' },
    to: {
      path: '^src/(console|call|messaging|agent|scheduling)/',
      pathNot: contract,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'web-imports-views-as-types-only',
    comment: 'What the server runs must not be shipped to browsers.',
    severity: 'error',
    from: { path: '^src/web/' },
    to: { path: view, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'web-is-not-imported',
    comment: 'The browser side is built, not called.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/web/' },
    to: { path: '^src/web/' },
  },
  {
    name: 'sandbox-is-reached-from-roots-only',
    severity: 'error',
    from: {
      path: '^src/',
      pathNot: '^src/(sandbox/|app\\.ts$|outside\\.ts$|new-live\\.ts$|demo\\.ts$|doctor\\.ts$)',
    },
    to: { path: '^src/sandbox/' },
  },
  {
    name: 'fastify-at-the-edge-only',
    comment: 'Routes, and the one shape of every refusal (platform/problem).',
    severity: 'error',
    from: {
      path: '^src/',
      pathNot: [
        '^src/(call|console|messaging|platform)/[^/]*-routes\\.ts$',
        '^src/platform/problem\\.ts$',
        '^src/sandbox/',
        roots,
      ],
    },
    to: { path: packaged('(@fastify/[^/]+|fastify)') },
  },
  {
    name: 'twilio-package-in-twilio-only',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(twilio|sandbox)/' },
    to: { path: packaged('twilio') },
  },
  {
    name: 'database-driver-in-storage-only',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/storage/' },
    to: { path: packaged('(pg|ioredis|bullmq)') },
  },
  {
    name: 'openai-package-in-openai-only',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(openai|sandbox)/' },
    to: { path: packaged('openai') },
  },
  {
    name: 'optional-packages-in-sandbox-only',
    comment: 'They may be absent, and the synthesiser is GPL: it stays out of production paths.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/sandbox/' },
    to: { path: packaged('(@echogarden/[^/]+|speex-resampler)') },
  },
];

/** Needs a package.json and node_modules beside `src/`. */
const packageRules: IForbiddenRuleType[] = [
  {
    name: 'no-unresolved',
    severity: 'error',
    from: { path: '^src/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'no-development-package',
    severity: 'error',
    // The browser side and its builder: what they use is bundled, or absent and said.
    from: { path: '^src/', pathNot: ['^src/web/', '^src/web-build\\.ts$'] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '/@types/' },
  },
];

/** `rule: from → to`, one per broken rule, of the `src/` folder in `directory`. */
export async function findForbiddenImports(directory: string, packages = false): Promise<string[]> {
  const { output } = await cruise(
    ['src'],
    {
      baseDir: directory,
      validate: true,
      ruleSet: { forbidden: packages ? [...rules, ...packageRules] : rules },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['import', 'types', 'node', 'default'],
        mainFields: ['module', 'main', 'types'],
      },
    },
    undefined,
    { tsConfig: extractTSConfig(new URL('../../tsconfig.json', import.meta.url).pathname) },
  );
  const { summary } = output as ICruiseResult;
  if (summary.totalCruised === 0) throw new Error(`nothing was examined in ${directory}/src`);
  return summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`);
}
