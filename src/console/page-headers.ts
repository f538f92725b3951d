/** Where browsers tell of what the policy kept from happening. */
export const reportPath = '/console/api/browser-reports';

/** Nothing from anywhere else, no inline script or style, nobody's frame; every use of HTML text goes through a checked type. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  `report-uri ${reportPath}`,
  'report-to console',
].join('; ');

/** On every answer below `/console`, error pages included. A route may replace `cache-control` for files that are for everybody. */
export function pageHeaders(isHttps: boolean): Record<string, string> {
  return {
    'content-security-policy': policy,
    'reporting-endpoints': `console="${reportPath}"`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(self)',
    'cache-control': 'no-store',
    ...(isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
