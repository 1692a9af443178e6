# Puts replies to sisimai, each in a report shaped as Postfix makes it: JSON lines in, what it says of each as JSON lines out,
# the time last.
use strict; use warnings;
BEGIN { unshift @INC, "$ARGV[0]/sisimai/usr/share/perl5"; }
use JSON; use Sisimai; use Time::HiRes 'time';
my %causes = (
    userunknown => ['mailbox_unknown'], hostunknown => ['domain_unknown'], hasmoved => ['mailbox_moved'],
    notaccept => ['domain_no_mail'], mailboxfull => ['mailbox_full'], suspend => ['mailbox_disabled'],
    filtered => ['recipient_refused', 'mailbox_unknown'], rejected => ['sender_rejected', 'recipient_refused'],
    blocked => ['reputation', 'no_ptr'], norelaying => ['relay_denied'], spamdetected => ['spam'],
    virusdetected => ['virus'], contenterror => ['content'], mesgtoobig => ['too_large'], exceedlimit => ['too_large'],
    toomanyconn => ['rate_limited'], speeding => ['rate_limited'], networkerror => ['network'], expired => ['expired'],
    securityerror => ['policy', 'auth_required', 'tls', 'auth_failure'],
    policyviolation => ['policy', 'content', 'auth_failure'], systemerror => ['system'], systemfull => ['system'],
    mailererror => ['system'], syntaxerror => ['protocol'], authfailure => ['auth_failure'], requireptr => ['no_ptr'],
);
my %gone = map { $_ => 1 } qw(userunknown hostunknown hasmoved notaccept);
my $json = JSON->new->utf8->canonical;
my @lines = map { $json->decode($_) } grep { /\S/ } <STDIN>;
sub report {
    my $line = shift;
    my ($code, $status) = ($line->{code} || '', $line->{enhanced} || '');
    my $class = $code =~ /^4/ ? 4 : 5;
    $status ||= "$class.0.0";
    my $host = $line->{host} || 'mx.example.org';
    my $reply = $line->{reply}; $reply =~ s/[\r\n]+/ /g; utf8::encode($reply) if utf8::is_utf8($reply);
    return <<"MAIL";
From MAILER-DAEMON Thu Apr 29 23:34:45 2010
Return-Path: <>
From: MAILER-DAEMON\@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: us\@example.net
Date: Thu, 29 Apr 2010 23:34:45 +0900
Message-Id: <20100429233445.0\@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.net.

<them\@example.org>: host $host\[192.0.2.9] said: $reply (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Thu, 29 Apr 2010 23:34:45 +0900

Final-Recipient: rfc822; them\@example.org
Action: failed
Status: $status
Remote-MTA: dns; $host
Diagnostic-Code: smtp; $reply

--b
Content-Type: message/rfc822

From: us\@example.net
To: them\@example.org
Subject: a test
Date: Thu, 29 Apr 2010 23:34:40 +0900
Message-Id: <20100429233440.0\@mx.example.net>

a test

--b--
MAIL
}
my @mails = map { report($_) } @lines;
my $start = time;
my @said = map { my $mail = $_; my $found = eval { Sisimai->make(\$mail) }; $found && @$found ? $found->[0]->reason : '' } @mails;
my $seconds = time - $start;
for my $i (0 .. $#lines) {
    my $first = substr($lines[$i]{code} || '', 0, 1);
    my $temporary = $first eq '4' ? JSON::true : $first eq '5' ? JSON::false : undef;
    print $json->encode({ causes => $causes{ $said[$i] } || ['unknown'], temporary => $temporary, suppress => $gone{ $said[$i] } ? JSON::true : JSON::false }), "\n";
}
print $json->encode({ seconds => $seconds }), "\n";
