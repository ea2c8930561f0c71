// Words that this project avoids, and their replacements. The table in docs/GLOSSARY.md is generated from this list.

/**
 * @typedef {object} Word
 * @property {string} not The words to avoid, as shown in the table and in findings.
 * @property {string} say What to write instead.
 * @property {RegExp} find Matches it in a sentence whose code is replaced by `￼`.
 */

const archaic =
  'whilst amongst thereof whereof hereby herein therein hitherto whereupon wherein whither whence lest'

/** @type {Word[]} */
export const words = [
  // Counts and lengths
  word('so many', 'the count itself: `n` runs, up to 5 times', /\bso many\b(?! that\b)/),
  word('so long', 'a duration, the given time, as long as', /\bso long\b(?! that\b)/),
  word('so often', '`n` times, that often', /\bso often\b(?! that\b)/),
  word('thousand million', 'billion', /\bthousand million\b/),
  word('letters', 'characters', /(?<!\b(capital|case|small) )\bletters?\b/),

  // Who
  word('whoever', 'the caller, the user, any process that', /\bwho(so)?ever\b/),
  word('who asks', 'the caller, the client', /\bwho asks?\b/),
  word('nobody', 'no one, nothing, no caller', /\bnobody\b/),
  word('somebody', 'a user, a caller, another process', /\bsomebody\b/),
  word('whatever', 'any, regardless of', /\bwhatever\b/),
  word('of its own', 'its own …, a separate …, custom', /\bof (its|their|one's|our|an|his) own\b/),
  word('such a', 'this …, a … like that', /\bsuch an?\b/),
  word('is none', 'is not one', /(?<!\bthere )\b(is|are|was|were|be) none\b/),

  // Reports
  word('told', 'reported to, notified, asked, ordered', /\btold\b(?! apart)|\btell(s|ing)? of\b/),
  word('is said', 'is reported, is returned', /\b(is|are|was|were|be|been|being)( \w+)? said\b/),
  word('says whether', 'returns whether, reports', /\bsays? (whether|so|of)\b/),
  word('in words', 'as text', /\b(in( so many| plain)?|last) words\b/),
  word('without a word', 'silently', /\bwithout a word\b/),
  word('heed', 'check, follow, respect', /\bheed(s|ed|ing)?\b/),

  // Evaluation and time
  word(
    'a look',
    'evaluation, check',
    /\b(an?|each|every|one|the|per|next|last|first|no|another) look\b|\b(the|two|many|these|those|its|between|of|all|per|other) looks\b/,
  ),
  word(
    'is looked at',
    'evaluated, read',
    /\b(is|are|was|were|be|been|being) (\w+ )?looked (at|into)\b|\blooks? again\b/,
  ),
  word(
    'it looks',
    'evaluates, checks',
    /\b(it|watch|session|task|condition|one that) look(s|ed)\b(?! (like|for|up|as|the|back)\b)/,
  ),
  word('anew', 'again', /\banew\b/),
  word('once more', 'again', /\bonce more\b/),
  word(
    'no more',
    'no longer',
    /(?<!\b(and|for) )\bno more(?=\s*([.,;:)]|$|(and|or|but|when|once|until|after|because|if|while|since|in|at|for|by)\b))/,
  ),
  word('for ever', 'forever, indefinitely', /\bfor ever\b/),
  word('for good', 'permanently', /\bfor good\b(?! (reasons?|measure)\b)/),
  word('in vain', 'without success', /\bin vain\b/),
  word('lapse', 'be missed, expire', /\blaps(e|es|ed|ing)\b/),
  word('occasion', 'scheduled time, period', /\boccasions?\b/),
  word('made up for', 'caught up', /\bma(d|k)es? up for\b/),
  word('reckon', 'compute, count', /\breckon(s|ed|ing)?\b/),
  word('till', 'until', /\btill\b/),

  // Control
  word('by hand', 'manual, manually', /\bby hand\b/),
  word('living', 'live', /\bliving\b/),
  word(
    'lives',
    'is live, is running',
    /\b(it|that|which|one|run|session|task|process|actor|nothing|none) lives\b(?! in\b)|\b(they|runs|those|sessions) live\b(?! (in|runs?)\b)|\bthat live\b(?= (when|now)\b|[.,;:)])/,
  ),
  word('given up', 'abandoned', /\bgiven up\b/),
  word('becomes of', 'happens to', /\bbec(o|a)mes? of\b/),
  word('comes of', 'results from', /\b(comes?|came) of\b(?! age\b)/),

  // Terms of this project
  word('slot', 'capacity (limits), placeholder (templates)', /\bslots?\b/),
  word('surroundings', 'context', /\bsurroundings\b/),
  word(
    'far side, far work',
    'worker, isolated work',
    /\b(far|near)[- ](sides?|work|runs?|threads?|file)\b|\bafar\b/,
  ),
  word('errand', 'request, reply', /\berrands?\b/),
  word('twin', 'simulated copy, simulation', /\btwins?\b/),
  word('doubts', 'task warnings', /\bdoubts\b/),
  word('number of an open file', 'file descriptor', /\bnumbers? of (an )?open files?\b/),
  word('house', 'project', /\bhouse\b/),

  // Plain present-day English
  word('beside', 'besides, in addition to, next to', /\bbeside\b/),
  word('stand', 'be, be in, block, remain', /\b(stands?|stood|standing)\b(?! (for|still)\b|-)/),
  word('go by', 'use, follow, be identified by', /\bgo(es|ing)? by\b(?! (it|them)sel(f|ves)\b)/),
  word('would else', 'would otherwise', /\b(would|could|might|must|should|will|can) else\b/),
  word('perhaps', 'optionally, possibly', /\bperhaps\b/),
  word('mend', 'fix, repair', /\bmend(s|ed|ing)?\b/),
  word('parted by', 'separated by', /\bparted by\b/),
  word('makes known', 'declares, registers', /\bma(d|k)es? known\b/),
  word('tried with', 'tested with', /\btried with\b/),
  word('misspelt', 'misspelled', /\b(mis)?spelt\b/),
  word(
    'whilst, lest, thereof, …',
    'while, so that … not, of it',
    new RegExp(`\\b(${archaic.replaceAll(' ', '|')})\\b`),
  ),

  // Articles
  {
    not: 'a + vowel',
    say: 'an',
    find: /\b[Aa] (?!(and|or|is|in|of|as|at|if|on|it|under|up|one|once|uni\w*|us[aeu]\w*|util\w*|eu\w*|ubiq\w*)\b)[aeiou][a-z]+/g,
  },
  {
    not: 'an + consonant',
    say: 'a',
    find: /\b[Aa]n (?!(hour|honest|heir|honou?r)\w*)([bcdfghjklmnpqrstvwyz][aeiouy][a-z]+|(one|once|uni|us[aeu]|util|eu)\w*)\b/g,
  },
]

/**
 * @param {string} not
 * @param {string} say
 * @param {RegExp} find
 * @returns {Word}
 */
function word(not, say, find) {
  return { not, say, find: new RegExp(find, 'gi') }
}
