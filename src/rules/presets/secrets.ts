/** A preset for keys and access tokens, found by the fixed forms that their issuers gave them. */

import type { PatternRule } from '../types.ts'
import { behind, inFront } from './around.ts'

/**
 * The forms. Most are published by their issuers; those marked (g) were collected by programs that search for
 * secrets, above all gitleaks (https://github.com/gitleaks/gitleaks, config/gitleaks.toml).
 */
const FORMS = [
  // GitHub: "Behind GitHub's new authentication token formats", https://github.blog/2021-04-05
  'gh[pousr]_[A-Za-z0-9]{36,}',
  'github_pat_[A-Za-z0-9_]{60,}',
  // GitLab: "Token overview", https://docs.gitlab.com/security/tokens/#token-prefixes
  String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct|oas)-[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*`,
  // AWS: "IAM identifiers", https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}',
  // Slack: "Tokens", https://docs.slack.dev/authentication/tokens, and the addresses of incoming webhooks
  String.raw`xox[a-z](?:\.xox[bp])?-[A-Za-z0-9-]{10,}`,
  'xapp-[A-Za-z0-9-]{10,}',
  String.raw`https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_\/+-]{20,}`,
  // Stripe: "API keys", https://docs.stripe.com/keys
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}',
  String.raw`whsec_[A-Za-z0-9+\/]{24,}={0,2}`,
  // Google: an API key, a client's secret, an access token (g)
  'AIza[A-Za-z0-9_-]{35}',
  'GOCSPX-[A-Za-z0-9_-]{28}',
  String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
  // OpenAI, Anthropic and those who use the same form (g)
  'sk-[A-Za-z0-9_-]{20,}',
  // JSON Web Tokens, signed and encrypted: RFC 7515, 7516, 7519; a header of JSON begins with {" and so with eyJ
  String.raw`eyJ[A-Za-z0-9_-]{8,}(?:\.eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?|(?:\.[A-Za-z0-9_-]*){3}\.[A-Za-z0-9_-]+)`,
  // Hugging Face, npm, PyPI, SendGrid, DigitalOcean, Shopify, Databricks, Linear, Notion, Groq, xAI, Vault, Telegram, Azure (g)
  // and Docker, Perplexity, Replicate, Grafana, Sentry, Atlassian, Postman, RubyGems (g)
  'hf_[A-Za-z]{30,}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[A-Za-z0-9_-]{50,}',
  String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`,
  'do[opr]_v1_[a-f0-9]{64}',
  'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}',
  'dapi[a-f0-9]{32}',
  '(?:lin_api|ntn|gsk|xai|hvs)[_.-][A-Za-z0-9_-]{24,}',
  String.raw`\d{8,10}:AA[A-Za-z0-9_-]{33}`,
  'dckr_pat_[A-Za-z0-9_-]{27,}',
  'pplx-[A-Za-z0-9]{40,}',
  'r8_[A-Za-z0-9]{37}',
  'gl(?:sa|c)_[A-Za-z0-9+=_\\/-]{32,}',
  'sntry[su]_[A-Za-z0-9+=_\\/-]{60,}',
  'ATATT3[A-Za-z0-9=_-]{60,}',
  'PMAK-[a-f0-9]{24}-[a-f0-9]{34}',
  'rubygems_[a-f0-9]{48}',
  String.raw`AccountKey=[A-Za-z0-9+\/]{86}==`,
].join('|')

/**
 * SECRET: keys and tokens of GitHub, GitLab, AWS, Slack, Stripe, Google, OpenAI, Anthropic, Hugging Face, npm
 * and others; JSON Web Tokens; an AWS secret key after its name. Passwords, keys without a recognizable form,
 * and private keys of several lines are not found.
 */
export const secret: PatternRule = {
  type: 'SECRET',
  pattern: new RegExp(String.raw`\b(?:${FORMS})|[A-Za-z0-9+\/]{40,}`),
  accept: isSecret,
}

const AWS_SECRET =
  /(?:aws.{0,20}|secret[_ -]?access[_ -]?)(?:secret|key)["']?\s{0,3}[:=]{0,2}>?\s{0,3}["']?$/i

function isSecret(match: string, text: string, start: number): boolean {
  const before = inFront(text, start, 60)
  if (/[A-Za-z0-9_-]$/.test(before) || /^[A-Za-z0-9_-]/.test(behind(text, start + match.length, 1)))
    return false
  // A git branch or a CSS class, such as sk-learn-something-or-other, has hardly any digits.
  if (match.startsWith('sk-')) return /\d.*\d/.test(match) && !before.endsWith('/')
  if (/^[A-Za-z0-9+/]{40,}$/.test(match)) return match.length === 40 && AWS_SECRET.test(before)
  return true
}
