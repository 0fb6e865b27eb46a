"""What is written before it is sent: drafts, attachments, an earlier question, the effort's estimate."""
