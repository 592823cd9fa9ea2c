//! What secrets look like: one rule a kind. Forms of tokens are those that their issuers document.
//!
//! The group of a rule is what is hidden; of rules that match at one place the first stands. Refuses to know where a text
//! comes from.

use super::judge::{self, Judge};

/// One kind of secret.
pub(super) struct Rule {
    /// What it is, in words.
    #[cfg_attr(not(test), expect(dead_code, reason = "told where a rule's own sample fails"))]
    pub kind: &'static str,
    /// A regular expression with one group.
    pub pattern: &'static str,
    /// Whether what the group holds is a secret after all.
    pub judge: Judge,
    /// A text with one secret of it, between `⟦` and `⟧`.
    #[cfg_attr(not(test), expect(dead_code, reason = "each is tested"))]
    pub sample: &'static str,
}

/// A word at the end of a key that says that its value is a secret. What only may be one is judged by its value.
macro_rules! key {
    (sure) => {
        r"(?:pass(?:w(?:or)?d|wd|phrase|code)|pwd|secret(?:[_.-]?key)?|pass(?:word)?[_-]?hash|credentials?|private[_.-]?key|key[_-]?data|pw)(?:[_-]?(?:pem|data|b64|base64|base|value|text|string|enc|raw|plain|hash))?"
    };
    (likely) => {
        r"(?:api[_. -]?key|apikey|access[_.-]?key|account[_-]?key|shared[_-]?key|signing[_-]?key|encryption[_-]?key|master[_-]?key|license[_-]?key|app[_-]?key|application[_-]?key|auth|token|bearer|jwt|signature(?:-?256)?|sig|session(?:[_-]?id)?|sess|sid|jsessionid|phpsessid|nonce|_gitlab_session|csrf|xsrf|pin|otp|cvv|cvc|ssn|security[_-]?code|dsn|pass|webhook[_-]?url|client[_-]?id[_-]?secret)"
    };
}
/// What stands between a key and its value, with quotes that may be escaped, and a colon that may be.
macro_rules! joined {
    () => {
        r#"(?:\\*["'])?\s*(?:=>|:=|[:=]|%3[AaDd])\s*"#
    };
}
/// A value between quotes, or one that ends where words and parameters end.
macro_rules! value {
    () => {
        r#"(?:\\*"{1,2}((?:[^"\\]|\\[^"])+)\\*"|\\*'([^'\\]+)\\*'|([^\s"',;&)}\]\\]+?)(?:%26|\\*["',;&)}\]]|\\|\s|$))"#
    };
}

const fn rule(kind: &'static str, pattern: &'static str, judge: Judge, sample: &'static str) -> Rule {
    Rule { kind, pattern, judge, sample }
}

/// All kinds.
pub(super) const RULES: &[Rule] = &[
    rule(
        "private key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\+[nr])*([A-Za-z0-9+/=\s\\:,.-]+?)(?:-----END|$)",
        judge::long,
        "-----BEGIN RSA PRIVATE KEY-----\\n⟦MIIEowIBAAKCAQEA7c9d8b6f⟧",
    ),
    rule(
        "line of a private key",
        r"(?m)^\s*([A-Za-z0-9+/]{64})\s*$",
        judge::base64_line,
        "⟦b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz⟧",
    ),
    rule(
        "credentials of a scheme with parameters",
        r#"(?i)authorization(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?(?:digest|oauth|hawk|signature|aws4-[a-z0-9-]+|sharedkey(?:lite)?)\s+([^\r\n]+)"#,
        judge::any,
        "Authorization: Digest ⟦username=\"anna\", response=\"7c9d8b6f\"⟧",
    ),
    rule(
        "authorization header",
        r#"(?i)authorization(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?(?:[a-z0-9-]+\s+)?((?:[^\s"'\\]+)(?:[,;]\s*[a-z]+="?[^\s"',]+"?)*)"#,
        judge::credential,
        "Authorization: Bearer ⟦abc.def-123456⟧",
    ),
    rule(
        "credentials of a scheme",
        r"(?i)\b(?:bearer|basic|negotiate|ntlm|ssws|apikey|splunk|geniekey)(?:\s+|%20)([A-Za-z0-9+/._~-]{8,}={0,2})",
        judge::mixed,
        "sent Bearer ⟦abcDEF.123456-ghi⟧ upstream",
    ),
    rule(
        "cookie",
        r#"(?i)\b(?:set-)?cookie(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?([^"'\r\n]*=[^"'\r\n]+)"#,
        judge::any,
        "Cookie: ⟦sid=7c9d8b6f; theme=dark⟧",
    ),
    rule(
        "value of a sure key",
        concat!(r"(?i)[\w.-]*", key!(sure), joined!(), value!()),
        judge::password,
        "login ok db_password=⟦hunter22⟧ user=anna",
    ),
    rule(
        "value of a likely key",
        concat!(r"(?i)[\w.-]*", key!(likely), joined!(), value!()),
        judge::keyed,
        r#"{"api_key": "⟦k-1234567⟧", "n": 3}"#,
    ),
    rule(
        "element of XML",
        concat!(r"(?i)<[^<>/]*(?:", key!(sure), "|", key!(likely), r#")(?:\\*["'\s][^<>]*)?>([^<>]+)</"#),
        judge::password,
        "<entry key=\"db.password\">⟦hunter22⟧</entry>",
    ),
    rule(
        "key and value without a mark between them",
        r#"\b[A-Z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY)\s+["']?([^\s"',;]{6,})"#,
        judge::mixed,
        "ENV MYSQL_ROOT_PASSWORD ⟦m4mb7wu1jnV9⟧",
    ),
    rule(
        "password that is spoken of",
        r#"(?i)\bpass_?word(?:\s+(?:for|of)\s+\S+)?\s+(?:is|was|set to|changed to)\s+["']?([^\s"',;]{6,})"#,
        judge::mixed,
        "Password for anna is ⟦jnuSGo7u!6⟧",
    ),
    rule(
        "token that is spoken of",
        r#"(?i)\b(?:api[ _-]?key|token|secret|credential|key)[:,]?\s+["']?([A-Za-z0-9+/=_.-]{16,})"#,
        judge::random,
        "invalid token ⟦jaSKTHAcQchORirG62⟧",
    ),
    rule(
        "option of a command",
        r#"(?i)(?:^|[\s"',\[])--?[\w-]*(?:password|passwd|pwd|pass|passphrase|token|secret|api-?key|access-?key|private-?key|auth)(?:\s+|\\*["']\s*,\s*\\*["'])["']?([^\s"'-][^\s"'\\]*)"#,
        judge::password,
        "ran deploy --db-password ⟦hunter22⟧ --dry-run",
    ),
    rule(
        "password of a client",
        r#"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]*?\s-p["']?([^\s"']+)"#,
        judge::any,
        "exec: mysql -u root -p⟦hunter22⟧ shop",
    ),
    rule(
        "password of a client",
        r#"\b(?:sshpass\s+-p|redis-cli\b[^\n]*?\s-a|docker\s+login\b[^\n]*?\s-p|ldapsearch\b[^\n]*?\s-w)\s*["']?([^\s"']+)"#,
        judge::any,
        "exec: sshpass -p ⟦hunter22⟧ ssh web-1",
    ),
    rule(
        "password of a client",
        r#"\becho\s+["']?([^\s"'|]+)["']?\s*\|\s*sudo\s+-S"#,
        judge::any,
        "exec: echo ⟦hunter22⟧ | sudo -S ls",
    ),
    rule(
        "password of a share",
        r#"(?:\bsmb\w*\b[^\n]*?\s-U\s*[^\s%]+%|\bnet use\b[^\n]*?\s/user:\S+\s+)([^\s"']+)"#,
        judge::any,
        "exec: smbclient //files/in -U anna%⟦hunter22⟧",
    ),
    rule("password of a radio", r"\bWIFI:[^\n]*?\bP:([^;]+);", judge::any, "WIFI:T:WPA;S:shop;P:⟦hunter22⟧;;"),
    rule(
        "user and password of curl",
        r#"\b(?:curl|wget|http)\b[^\n]*?\s(?:-u|--user)[ =]?["']?[^\s:"']+:([^\s"']+)"#,
        judge::any,
        "exec: curl -s -u anna:⟦hunter22⟧ https://shop",
    ),
    rule(
        "password in SQL",
        r"(?i)\b(?:identified\s+(?:with\s+\S+\s+)?by|password)\s+'([^']+)'",
        judge::any,
        "CREATE USER shop IDENTIFIED BY '⟦hunter22⟧'",
    ),
    rule(
        "password of .netrc",
        r"\blogin\s+\S+\s+password\s+(\S+)",
        judge::any,
        "machine shop.example login anna password ⟦hunter22⟧",
    ),
    rule(
        "password of .pgpass",
        r#"(?m)(?:^|[\s"'])[A-Za-z*][\w.-]*:(?:\d{2,5}|\*):[A-Za-z_*][\w*-]*:[A-Za-z_*][\w*-]*:([^\s"':\\]+)"#,
        judge::any,
        "db.example:5432:shop:app:⟦hunter22⟧",
    ),
    rule(
        "password in a URL",
        r#"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@"']*:([^\s@/"']+)@"#,
        judge::any,
        "connect postgres://app:⟦s3cr3t⟧@db:5432/x",
    ),
    rule(
        "user of a URL that is a token",
        r"[a-zA-Z][a-zA-Z0-9+.-]*://([A-Za-z0-9_-]{20,})@",
        judge::mixed,
        "dsn https://⟦7c9d8b6f11112222333344445555666a⟧@o1.ingest.example/2",
    ),
    rule(
        "parameter of a URL",
        r#"(?i)[?&](?:key|code|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig|hmac|hash|auth|access|state|ticket|saml(?:response|request)|assertion|refresh)=([^&\s"'<>]{8,})"#,
        judge::mixed,
        "GET /o?X-Amz-Signature=⟦7c9d8b6f11112222⟧&x=1",
    ),
    rule(
        "one-time code",
        r#"(?i)\b(?:otp|2fa|mfa|totp|one[- ]time|verification|security)[ _-]?(?:code|pass(?:word|code)?|token|pin)?(?:\\*["'])?\s*(?:is|was|[:=])?\s*(?:\\*["'])?(\d{4,8})\b"#,
        judge::any,
        "sent verification code ⟦482911⟧ to the phone",
    ),
    rule(
        "one-time code",
        r#"(?i)\b(?:your|two[- ]factor|login|log-in|confirmation|access|auth(?:entication)?|sms)\s+code\s*(?:is|was|[:=])?\s*["']?(\d{4,8})\b"#,
        judge::any,
        "Your code: ⟦131461⟧. Do not share it",
    ),
    rule("one-time code", r"\b(\d{4,8})\s+is your\b", judge::any, "sent: ⟦167713⟧ is your code"),
    rule("code of a card", r"(?i)\b(?:cvc|cvv)2?\s*[:=]?\s*(\d{3,4})\b", judge::any, "exp 12/29 cvc ⟦819⟧"),
    rule(
        "hash of a password",
        r"(\$(?:2[abxy]|5|6|y|7|apr1|argon2(?:i|d|id))\$[A-Za-z0-9./$=,+-]{20,})",
        judge::any,
        "root:⟦$6$saltsalt$7c9d8b6f11112222333344445555⟧:19000",
    ),
    rule(
        "webhook",
        r"https://(?:hooks\.slack\.com/(?:services|workflows|triggers)|(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks|[a-z0-9.-]+\.webhook\.office\.com/webhookb2)/([A-Za-z0-9/_@-]{16,})",
        judge::any,
        "posting to https://hooks.slack.com/services/⟦T0AB/B0CD/7c9d8b6f1111⟧",
    ),
    rule(
        "AWS key id",
        r"\b((?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[A-Z0-9<>]{12,})\b",
        judge::any,
        "assumed with ⟦AKIA7C9D8B6F1111222A⟧ now",
    ),
    rule(
        "AWS session token",
        r"\b((?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/=_-]{16,})",
        judge::any,
        "got ⟦IQoJb3JpZ2luX2VjEXampleExample⟧",
    ),
    rule(
        "token by its prefix",
        r"\b((?:gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|rtr|cbt|imt|ft|soat|agent|oas)-|npm_|pypi-|rubygems_|dckr_(?:pat|oat)_|ATBB|ATATT3|ATCTT3|do[oprt]_v1_|hv[sbr]\.|sntr(?:ys|yu)_|glsa_|glc_|gl_|NRAK-|NRJS-|NRII-|nr(?:al|ak)-|dapi|shp(?:at|ca|pa|ss)_|(?:sk|rk|pk|whsec|sess)_(?:live|test|prod)?_?|sk-(?:proj-|ant-|svcacct-|or-)?|hf_|r8_|gsk_|pplx-|xai-|lin_(?:api|oauth)_|ntn_|secret_|figd_|figo_|sbp_|sb_secret_|pscale_(?:tkn|pw|oauth)_|PMAK-|dp\.(?:pt|st|ct|sa|scim|audit)\.|ops_eyJ|tskey-[a-z]+-|AKCp|sq[upa]_|CCIPAT_|CCIPRJ_|bk[ui]a_|AQVN|LTAI|AKID|tfp_|CFPAT-|pnu_|pul-|ico-|EZ[AT]K|duffel_(?:live|test)_|FLWSECK(?:_TEST)?-|rzp_(?:live|test)_|APP_USR-|sq0(?:atp|csp|idp)-|EAAA|EAA[A-Z]|AGE-SECRET-KEY-1|xox[abeoprs]-|xapp-|xoxe\.xox[bp]-|ya29\.|GOCSPX-|1//0|AIza|SG\.|key-[0-9a-f]|sl\.[A-Z]|fo1_|fm[12]_|FlyV1 |rnd_|nfp_|vercel_|v1\.0-|cio-|dop_|pat[A-Za-z0-9]{14}\.|access-(?:production|development|sandbox)-|live_|oat_|phc_|phx_|tvly-|lsv2_(?:pt|sk)_|wandb_|eyJrIjoi|rpa_|apify_api_|sbu_|r2_|nvapi-|jina_|ddp_|hooli_)[A-Za-z0-9_.<>/+=-]{14,})",
        judge::mixed,
        "cloned with ⟦ghp_7c9d8b6f1111AbCdEfGhIjKlMnOpQrStUv⟧ now",
    ),
    rule(
        "token by the form of its prefix",
        r"\b([a-z]{2,12}(?:_(?:live|test|prod))?[_-][A-Za-z0-9]{20,})\b",
        judge::prefixed,
        "cloned with ⟦vcp_ykoDGigP8qJyiuxJloAPmgX7⟧ now",
    ),
    rule(
        "token of Asana",
        r"\b([012]/\d{16}:[0-9a-f]{32})\b",
        judge::any,
        "cloned with ⟦1/7353158523265576:264b6d007f19efd98b704fc3d8c6d050⟧ now",
    ),
    rule(
        "key of Terraform's cloud",
        r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,})",
        judge::any,
        "using ⟦7c9d8b6f1111Ab.atlasv1.7c9d8b6f11112222333344445555666677778888AbCd⟧",
    ),
    rule(
        "key of Twilio or Mailchimp",
        r"\b((?:SK|AC)[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2})\b",
        judge::any,
        "signed by ⟦SK7c9d8b6f111122223333444455556666⟧",
    ),
    rule(
        "token of a Telegram bot",
        r"\b(?:bot)?(\d{8,10}:[A-Za-z0-9_-]{35})\b",
        judge::mixed,
        "GET /bot⟦7412589630:AAE7c9d8b6f1111_AbCdEfGhIjKlMnOpQrS⟧/getMe",
    ),
    rule(
        "token of a Discord bot",
        r"\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})",
        judge::mixed,
        "login ⟦MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs⟧",
    ),
    rule(
        "secret of Azure's directory",
        r"\b([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})",
        judge::any,
        "client with ⟦7c98Q~AbCdEfGhIjKlMnOpQrStUvWxYz0123456⟧",
    ),
    rule(
        "JSON web token",
        r"\b(ey[JI][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*)",
        judge::any,
        "token ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl⟧ refused",
    ),
    rule(
        "bank account",
        r"\b([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b",
        judge::iban,
        "refund to ⟦DE89 3704 0044 0532 0130 00⟧",
    ),
    rule(
        "social security number",
        r#"(?i)\b(?:ssn|social security(?: number| no\.?)?)\s*["']?\s*[:=]?\s*["']?(\d{3}-?\d{2}-?\d{4})\b"#,
        judge::any,
        "applicant SSN ⟦078-05-1120⟧ refused",
    ),
    rule(
        "e-mail address",
        r"((?:[A-Za-z0-9._+-]|%2[Bb])+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?:[^A-Za-z0-9.:-]|\.\s|[:.-]*$|:\s)",
        judge::email,
        "mail to ⟦anna@example.org⟧, again",
    ),
    rule("card number", r"\b((?:\d[ -]?){12,18}\d)\b", judge::card, "card ⟦4111 1111 1111 1111⟧ declined"),
    // Whatever else no word, path or hash is: both cases and digits mixed, and long.
    rule(
        "random text",
        r"(?:^|[^A-Za-z0-9_+/.-])([A-Za-z0-9_-]{30,}={0,2}|[A-Za-z0-9+/]{40,}={0,2})(?:[^A-Za-z0-9_+/=-]|$)",
        judge::random_alone,
        "using ⟦xIFk5k50FocVYeHQ2qaRyMWtcBaXkDB0⟧ from now on",
    ),
];
